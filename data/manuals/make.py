"""Plain text of four manual pages in five languages, from a Debian machine with the packages apt and man-db.

Run: python3 make.py  (reads /usr/share/man, writes <language>.txt here)
"""
import gzip
import os
import re

PAGES = ["man1/man.1", "man8/mandb.8", "man8/apt-cache.8", "man5/apt_preferences.5"]
KEEP = 14_000  # characters of each page at most


def plain(roff):
    lines = []
    for line in roff.splitlines():
        if line.startswith((".\\\"", "'\\\"", ".TH", ".if", ".ie", ".el", ".de", ".ds", ".nr", "..", ".so")):
            continue
        if line.startswith("."):
            # Requests that set text keep it, others say nothing.
            request, _, rest = line[1:].partition(" ")
            if request not in {"B", "I", "BR", "RB", "IR", "RI", "BI", "IB", "SH", "SS", "SM", "TP", "IP"}:
                continue
            line = rest.replace('"', "")
        line = re.sub(r"\\f(\[.*?\]|\(..|.)", "", line)
        line = re.sub(r"\\m\[.*?\]|\\s[+-]?\d|\\&|\\%|\\/|\\,|\\c", "", line)
        for a, b in [("\\-", "-"), ("\\(aq", "'"), ("\\(lq", '"'), ("\\(rq", '"'), ("\\(co", "(c)"), ("\\e", "/"), ("\\ ", " ")]:
            line = line.replace(a, b)
        line = re.sub(r"\\\(..|\\\[.*?\]|\\.", "", line).strip()
        if line:
            lines.append(line)
    return " ".join(lines)


here = os.path.dirname(os.path.abspath(__file__))
for language in ["en", "fr", "de", "es", "it"]:
    folder = "/usr/share/man" + ("" if language == "en" else "/" + language)
    texts = [plain(gzip.open(f"{folder}/{page}.gz", "rt", encoding="utf-8").read())[:KEEP] for page in PAGES]
    with open(os.path.join(here, language + ".txt"), "w", encoding="utf-8") as file:
        file.write("\n\n".join(texts) + "\n")
