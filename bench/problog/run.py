"""Side-by-side measurement of `symbolon infer` and the published Python package ProbLog on the same programs.

Two times are taken for each program, medians over several runs, all tools in turn on one machine:
  process    wall time of the whole command, from start to exit
  inference  grounding, compilation and evaluation only, as each tool times itself (reading the file is left out)

The peer is measured with each of its knowledge compilers (`ddnnf`, and `sdd` where pysdd is installed); ratios are taken
against the faster of them. All probabilities must agree to 1e-6, else the run fails loudly. A run that exceeds the time
limit counts as that limit, so the ratio beside it is a lower bound.

Prepare with `sh bench/setup.sh` and `cargo build --release`; then `python3 bench/problog/run.py`.
Writes `bench/results/problog.json` and `bench/results/problog.md`.
"""

import argparse
import fnmatch
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import generate

HERE = Path(__file__).resolve().parent
BENCH = HERE.parent
VENV = BENCH / ".venv" / "bin"
RESULTS = BENCH / "results"
TOLERANCE = 1e-6
# Programs slower than this are run once: their spread does not matter, the length of the whole does.
ONCE_ABOVE = 10.0


def timed(command, limit):
    """(seconds, completed process); (None, None) beyond the limit."""
    start = time.perf_counter()
    # A process group of its own: ProbLog's compilers are children that would live on and disturb every later run.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return None, None
    took = time.perf_counter() - start
    return took, subprocess.CompletedProcess(command, process.returncode, out, err)


def repeat(runs, once):
    """The median of `once()` over up to `runs` runs; None when a run exceeds the limit."""
    seconds = []
    for _ in range(runs):
        took = once()
        if took is None:
            return None
        seconds.append(took)
        if took > ONCE_ABOVE:
            break
    return statistics.median(seconds)


class Failed(Exception):
    """A tool could not run a program; the text says why."""


def last_line(text):
    text = text.strip()
    return text.splitlines()[-1][:200] if text else "no message"


def measure_peer(kind, path, runs, limit):
    """Answers, process and inference seconds of ProbLog; seconds are None beyond the limit."""
    answers = None

    def inference():
        nonlocal answers
        took, done = timed([VENV / "python", HERE / "peer.py", kind, path], limit)
        if took is None:
            return None
        if done.returncode != 0:
            raise Failed(last_line(done.stderr))
        result = json.loads(done.stdout)
        answers = result["answers"]
        return result["seconds"]

    inferred = repeat(runs, inference)
    # The whole process takes at least as long as the inference in it.
    process = None
    if inferred is not None:
        process = repeat(runs, lambda: timed([VENV / "problog", "-k", kind, path], limit)[0])
    return {"answers": answers, "process": process, "inference": inferred}


def measure_own(binary, path, runs, limit):
    """The same of `symbolon infer`."""
    result = None
    inferred = []

    def process():
        nonlocal result
        took, done = timed([binary, "infer", path, "--json"], limit)
        if took is None:
            return None
        if done.returncode != 0:
            raise Failed(last_line(done.stderr or done.stdout))
        result = json.loads(done.stdout)
        if result["stop"] is not None:
            raise Failed(f"stopped: {result['stop']}")
        inferred.append(result["seconds"]["inference"])
        return took

    took = repeat(runs, process)
    if took is None:
        return {"answers": None, "process": None, "inference": None}
    answers = {a["query"]: a["probability"] for a in result["answers"]}
    return {"answers": answers, "process": took, "inference": statistics.median(inferred)}


def disagreements(ours, theirs):
    """Answers that differ by more than the tolerance. An answer that one side leaves out counts as probability 0 there."""
    def plain(answers):
        return {query.replace(" ", ""): p for query, p in answers.items()}

    ours, theirs = plain(ours), plain(theirs)
    pairs = ((q, ours.get(q, 0.0), theirs.get(q, 0.0)) for q in sorted({*ours, *theirs}))
    return [{"query": q, "ours": a, "theirs": b} for q, a, b in pairs if not abs(a - b) <= TOLERANCE]


def best(peers, what, limit):
    """The faster peer's seconds and whether they are only a lower bound."""
    known = [p[what] for p in peers.values() if "error" not in p and p[what] is not None]
    if known:
        return min(known), False
    return (limit, True) if any("error" not in p for p in peers.values()) else (None, False)


def run_program(path, options, kinds):
    row = {"program": path.stem, "peers": {}, "disagreements": []}
    try:
        row["own"] = measure_own(options.symbolon, path, options.runs, options.timeout) if options.symbolon else None
    except (Failed, ValueError, KeyError, OSError) as error:
        row["own"] = {"error": f"{error}", "answers": None, "process": None, "inference": None}
    for kind in kinds:
        try:
            row["peers"][kind] = measure_peer(kind, path, options.runs, options.timeout)
        except (Failed, ValueError) as error:
            row["peers"][kind] = {"error": f"{error}", "answers": None, "process": None, "inference": None}
    known = {kind: p["answers"] for kind, p in row["peers"].items() if p["answers"] is not None}
    if row["own"] and row["own"]["answers"] is not None:
        for kind, answers in known.items():
            row["disagreements"] += [{"peer": kind, **d} for d in disagreements(row["own"]["answers"], answers)]
    if len(known) == 2:
        row["peers_differ"] = disagreements(*known.values())
    row["answers"] = len(next(iter(known.values()), (row["own"] or {}).get("answers") or []))
    for what in ("process", "inference"):
        theirs, bound = best(row["peers"], what, options.timeout)
        ours = row["own"] and row["own"][what]
        row[what] = {"ratio": theirs / max(ours, 1e-9) if theirs and ours is not None else None, "at_least": bound}
    for side in [row["own"], *row["peers"].values()]:
        if side:
            side.pop("answers", None)
    return row


def seconds(side, what, limit):
    if side is None:
        return "-"
    if "error" in side:
        return "error"
    s = side[what]
    if s is None:
        return f"> {limit:.0f} s"
    return f"{s * 1000:.2f} ms" if s < 0.1 else f"{s * 1000:.0f} ms" if s < 1 else f"{s:.1f} s"


def ratio(entry):
    r = entry["ratio"]
    return "-" if r is None else ("> " if entry["at_least"] else "") + (f"{r:,.0f}" if r >= 10 else f"{r:.2f}")


def summary(rows):
    out = {}
    for what in ("process", "inference"):
        ratios = sorted((r[what]["ratio"], r["program"]) for r in rows if r[what]["ratio"] is not None)
        if ratios:
            out[what] = {
                "programs": len(ratios),
                "median": statistics.median(r for r, _ in ratios),
                "worst": ratios[0][0],
                "worst_program": ratios[0][1],
                "slower": [p for r, p in ratios if r < 1],
            }
    out["disagreeing"] = [r["program"] for r in rows if r["disagreements"]]
    out["failed"] = [r["program"] for r in rows if r["own"] and "error" in r["own"]]
    out["beyond_limit"] = [r["program"] for r in rows if r["own"] and "error" not in r["own"] and r["own"]["process"] is None]
    return out


def table(result):
    kinds, limit = result["kinds"], result["timeout"]
    names = {"ddnnf": "ProbLog d-DNNF", "sdd": "ProbLog SDD"}
    head = ["program", "answers", "symbolon", *(names[k] for k in kinds), "ratio"]
    out = []
    for what, title in (("inference", "Inference only"), ("process", "Whole process")):
        out += [f"### {title}", "", "| " + " | ".join(head) + " |", "| --- " + "| ---: " * (len(head) - 1) + "|"]
        for r in result["rows"]:
            cells = [r["program"], str(r["answers"]), seconds(r["own"], what, limit)]
            cells += [seconds(r["peers"][k], what, limit) for k in kinds]
            out.append("| " + " | ".join([*cells, ratio(r[what])]) + " |")
        s = result["summary"].get(what)
        if s:
            out += ["", f"Median ratio {s['median']:,.1f}, worst {s['worst']:,.2f} ({s['worst_program']}), {s['programs']} programs."]
        out.append("")
    return "\n".join(out)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patterns", nargs="*", default=["*"], help="names of programs, with * (default: all)")
    parser.add_argument("--runs", type=int, default=3, help="runs per median (default 3)")
    parser.add_argument("--timeout", type=float, default=60, help="seconds per run (default 60)")
    parser.add_argument("--symbolon", default=str(BENCH.parent / "target" / "release" / "symbolon"), help="the binary")
    parser.add_argument("--no-own", dest="symbolon", action="store_const", const=None, help="measure the peer alone")
    parser.add_argument("--no-peers", action="store_true", help="run symbolon alone")
    return parser.parse_args()


def has_sdd():
    return subprocess.run([VENV / "python", "-c", "import pysdd.sdd"], capture_output=True).returncode == 0


def version(command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except OSError:
        return None


def main():
    options = arguments()
    if options.symbolon and not os.access(options.symbolon, os.X_OK):
        sys.exit(f"{options.symbolon} is missing: build it with `cargo build --release`, or give --symbolon PATH")
    if not options.no_peers and not (VENV / "problog").exists():
        sys.exit("the peer is missing: run `sh bench/setup.sh`")
    kinds = [] if options.no_peers else ["ddnnf", "sdd"] if has_sdd() else ["ddnnf"]
    generate.write()
    programs = [p for p in sorted((HERE / "programs").glob("*.pl")) if any(fnmatch.fnmatch(p.stem, g) for g in options.patterns)]
    rows = []
    for path in programs:
        row = run_program(path, options, kinds)
        rows.append(row)
        cells = [f"{k} {seconds(row['peers'][k], 'inference', options.timeout)}" for k in kinds]
        own = f"symbolon {seconds(row['own'], 'inference', options.timeout)}"
        print(f"{row['program']:24} {own:22} {'  '.join(cells):36} ratio {ratio(row['inference'])} / {ratio(row['process'])}", flush=True)
        if row["own"] and "error" in row["own"]:
            print(f"    FAILED: {row['own']['error']}", flush=True)
        for peer, p in row["peers"].items():
            if "error" in p:
                print(f"    {peer} failed: {p['error']}", flush=True)
        for d in row["disagreements"]:
            print(f"    DISAGREES: {d['query']} is {d['ours']} here and {d['theirs']} in ProbLog ({d['peer']})", flush=True)
        for d in row.get("peers_differ", []):
            print(f"    the peers differ: {d['query']} is {d['ours']} with {kinds[0]}, {d['theirs']} with {kinds[1]}", flush=True)
    result = {
        "versions": {
            "symbolon": options.symbolon and version([options.symbolon, "--version"]),
            "peers": None if options.no_peers else version([VENV / "pip", "freeze"]).split(),
            "python": platform.python_version(),
        },
        "machine": {"processor": processor(), "cores": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}"},
        "runs": options.runs,
        "timeout": options.timeout,
        "kinds": kinds,
        "summary": summary(rows),
        "rows": rows,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "problog.json").write_text(json.dumps(result, indent=1) + "\n")
    (RESULTS / "problog.md").write_text(table(result))
    print(json.dumps(result["summary"], indent=1))
    sys.exit(1 if result["summary"]["disagreeing"] or result["summary"]["failed"] else 0)


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())


if __name__ == "__main__":
    main()
