"""Turns the validation and test parts of WikiText-2 into articles of plain text, one paragraph a line.

    python3 make.py valid.txt test.txt

The files are those of `word_language_model/data/wikitext-2` of github.com/pytorch/examples at commit 77f55b9. Their text is
split into tokens; here tokens are joined again as they are written, and `@-@` and the like become what they stand for. Sentences
with unknown words (`<unk>`), paragraphs of which less than two sentences are left, and headings inside articles are left out.
Articles are separated by an empty line.
"""

import gzip
import hashlib
import re
import sys


def known(line):
    """The sentences of a paragraph without unknown words, or nothing."""
    kept = [s for s in re.split(r"(?<= [.?!]) (?=[A-Z\"])", line) if "<unk>" not in s]
    return " ".join(kept) if len(kept) > 1 else None


def plain(line):
    line = re.sub(r" @(.)@ ", r"\1", line)
    line = re.sub(r" ([,.;:!?)\]%])", r"\1", line)
    line = re.sub(r"([(\[$£]) ", r"\1", line)
    line = re.sub(r" (n't|'s|'re|'ve|'ll|'d|'m|')(?=[ ,.;:!?)]|$)", r"\1", line)
    return re.sub(r'" ([^"]*?) "', r'"\1"', line)


def main(paths):
    articles, current = [], None
    for line in (line.strip() for path in paths for line in open(path, encoding="utf-8")):
        if re.fullmatch(r"= [^=].*[^=] =", line):
            current = []
            articles.append(current)
        elif line and not line.startswith("=") and known(line) and current is not None:
            current.append(plain(known(line)))
    articles = [a for a in articles if a]
    text = "\n\n".join("\n".join(a) for a in articles) + "\n"
    with open("wiki.txt.gz", "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(articles)} articles, {sum(map(len, articles))} paragraphs, {len(text)} characters, "
          f"sha256 of the text {hashlib.sha256(text.encode()).hexdigest()}")


if __name__ == "__main__":
    main(sys.argv[1:])
