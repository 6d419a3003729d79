"""Digits from sums, taught by `symbolon train` and by DeepProbLog: pairs a second, and how well the network reads digits then.

Equal conditions first: the same pairs, batch, rate, schedule and layers on both sides, one pass. Each network that our
command wrote then goes through both programs: what they say of it must agree, else this fails. Last each at its best: the
least time in which our command reads held-out sums at least as well as DeepProbLog's best network here.

Prepare with `sh bench/sums/setup.sh`; then `bench/sums/.venv/bin/python bench/sums/run.py`. Writes `bench/results/sums.json`
and `bench/results/sums.md`.
"""

import argparse
import json
import os
import subprocess
import time

import torch

import digits
import peer
from ours import Symbolon

# Pairs and rate of Adam by batch: DeepProbLog's own rate for two, more of both where steps are fewer.
EQUAL = {2: (4000, 0.001), 16: (8000, 0.003), 64: (8000, 0.005)}
# What reaches an accuracy soonest with us, and the pairs that are tried; then the example's own settings, for much more of it.
BEST = {"batch": 16, "rate": 0.003}
BEST_PAIRS = [4000, 6000, 8000, 12000, 16000]
EXAMPLE = {"batch": 64, "rate": 0.003, "shift": 2, "epochs": 4}
RESULTS = digits.ROOT / "bench" / "results"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--symbolon", help="the built program (default: builds target/release/symbolon)")
    parser.add_argument("--batches", type=int, nargs="+", default=list(EQUAL), choices=EQUAL, help="default 2 16 64")
    parser.add_argument("--pairs", type=int, help="of the pass, at equal conditions (default 4000 or 8000)")
    parser.add_argument("--keep", action="store_true", help="keep the peer's numbers of the last run, measure ours again")
    parser.add_argument("--seed", type=int, default=0, help="of both sides (default 0)")
    return parser.parse_args()


def command(path):
    if path:
        return [path]
    build = ["cargo", "build", "-q", "--release", "-p", "symbolon-cli"]
    subprocess.run(build, cwd=digits.ROOT, check=True)
    return [str(digits.ROOT / "target" / "release" / "symbolon")]


def agree(module, said, test, pictures):
    """Both programs on the same network: DeepProbLog pair by pair on some, our command's report on all."""
    some = test[:50]
    apart = float((peer.answers(module, some, pictures) - digits.sums_of(module, some, pictures)).abs().max())
    accuracy, log_probability = digits.judge(module, test, pictures)
    if apart > 1e-5:
        raise SystemExit(f"DeepProbLog's probabilities are {apart} away from the closed form")
    if abs(accuracy - said["accuracy"]) > 0.0015 or abs(log_probability - said["mean_log_probability"]) > 1e-3:
        raise SystemExit(f"the same network: accuracy {accuracy}, log-probability {log_probability}; our command: {said}")
    print(f"one network, both programs: they agree (accuracy {accuracy:.3f}, mean log-probability {log_probability:.4f})")


def peers(options, how, now, train, test, pictures):
    """DeepProbLog's accuracy and seconds at each batch; kept in a file, for it takes minutes."""
    file = RESULTS / "sums-peer.json"
    kept = json.loads(file.read_text()) if options.keep and file.is_file() else []
    found = []
    for batch in options.batches:
        pairs, rate = options.pairs or EQUAL[batch][0], EQUAL[batch][1]
        case = {"batch": batch, "pairs": pairs, "rate": rate, "seed": options.seed, **how}
        known = next((k for k in kept if case.items() <= k.items()), None)
        if known is None:
            module, seconds = peer.train(train[:pairs], pictures, batch, rate, options.seed, now)
            accuracy, _ = digits.judge(module, test, pictures)
            known = {**case, "accuracy": accuracy, "seconds": seconds, "pairs_per_second": pairs / seconds}
            print(f"DeepProbLog: {json.dumps(known)}", flush=True)
        found.append(known)
        write(file, json.dumps(found, indent=1))
    return found


def equal(symbolon, theirs, train, test, pictures):
    """Ours at the same batches, pairs and rates."""
    rows = []
    for case in theirs:
        batch, pairs = case["batch"], case["pairs"]
        module, said, seconds = symbolon.train(train[:pairs], batch, case["rate"], case["seed"])
        agree(module, said, test, pictures)
        ours = {"accuracy": said["accuracy"], "seconds": seconds, "pairs_per_second": pairs / seconds}
        print(f"ours, batch {batch}: {json.dumps(ours)}", flush=True)
        rows.append({"batch": batch, "pairs": pairs, "rate": case["rate"], "ours": ours, "peer": case})
    return rows


def write(file, text):
    file.parent.mkdir(exist_ok=True)
    part = file.with_name(file.name + ".tmp")
    part.write_text(text)
    part.replace(file)


def best(symbolon, options, rows, train):
    """Our least time for at least the accuracy of the peer's best network."""
    goal = max((row["peer"] for row in rows), key=lambda r: r["accuracy"])
    for pairs in BEST_PAIRS:
        _, said, seconds = symbolon.train(train[:pairs], seed=options.seed, **BEST)
        case = {"pairs": pairs, "accuracy": said["accuracy"], "seconds": seconds, **BEST, "goal": goal}
        if said["accuracy"] >= goal["accuracy"]:
            break
    _, said, seconds = symbolon.train(train, seed=options.seed, **EXAMPLE)
    return {**case, "example": {"accuracy": said["accuracy"], "seconds": seconds, **EXAMPLE}}


def table(rows, least):
    lines = ["| batch | pairs | accuracy, DeepProbLog | ours | pairs/s, DeepProbLog | ours | ratio |", "|" + " ---: |" * 7]
    for row in rows:
        theirs, ours = row["peer"], row["ours"]
        lines.append(
            f"| {row['batch']} | {row['pairs']} | {theirs['accuracy']:.1%} | {ours['accuracy']:.1%} "
            f"| {theirs['pairs_per_second']:.0f} | {ours['pairs_per_second']:.0f} "
            f"| {ours['pairs_per_second'] / theirs['pairs_per_second']:.0f} |"
        )
    goal, example = least["goal"], least["example"]
    reached = "" if least["accuracy"] >= goal["accuracy"] else ", which is less"
    lines.append(
        f"\nDeepProbLog's best network reads {goal['accuracy']:.1%} of the held-out sums after {goal['seconds']:.1f} s; ours "
        f"{least['accuracy']:.1%}{reached} after {least['pairs']} pairs in {least['seconds']:.2f} s: {goal['seconds'] / least['seconds']:.0f} to one. "
        f"The example as it is shipped ends at {example['accuracy']:.1%} after {example['seconds']:.1f} s."
    )
    return "\n".join(lines)


def main():
    options = arguments()
    clock = os.environ.get("CLOCK", "wall")
    # Threads that wait for each other work, too, by the processor's clock.
    threads = 1 if clock == "cpu" else int(os.environ.get("THREADS", "2"))
    torch.set_num_threads(threads)
    now = time.process_time if clock == "cpu" else time.perf_counter
    symbolon = Symbolon(command(options.symbolon), threads, clock)
    pictures, train, test = digits.images(), digits.pairs("train"), digits.pairs("test")
    theirs = peers(options, {"threads": threads, "clock": clock}, now, train, test, pictures)
    rows = equal(symbolon, theirs, train, test, pictures)
    least = best(symbolon, options, rows, train)
    text = table(rows, least)
    write(RESULTS / "sums.json", json.dumps({"equal": rows, "best": least}, indent=1))
    write(RESULTS / "sums.md", text + "\n")
    print(text)


if __name__ == "__main__":
    main()
