"""Digits from sums, taught by `symbolon train` and by DeepProbLog: pairs a second, and how well the network reads digits then.

Equal conditions first: the same pairs, batch, rate, schedule and layers on both sides, one pass. Then each at its best: the
least time in which our command, with the example's own settings, reads held-out sums at least as well as DeepProbLog's
best network here. Before that, one network goes through both programs: what they say of it must agree, else this fails.

Prepare with `sh bench/sums/setup.sh`; then `bench/sums/.venv/bin/python bench/sums/run.py`. Writes `bench/results/sums.json`
and `bench/results/sums.md`.
"""

import argparse
import json
import os
import subprocess
import time
from pathlib import Path

import torch

import digits
import peer
from ours import Symbolon

# Rates of Adam: DeepProbLog's own for pairs, more where steps are fewer.
RATES = {2: 0.001, 16: 0.002, 64: 0.003}
# The example's settings, and what is tried to get there with fewer pairs.
BEST = {"batch": 64, "rate": 0.003, "shift": 2}
BEST_PAIRS = [1000, 2000, 4000, 8000, 16000]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--symbolon", help="the built program (default: builds target/release/symbolon)")
    parser.add_argument("--pairs", type=int, default=4000, help="pairs of the pass, at equal conditions (default 4000)")
    parser.add_argument("--batches", type=int, nargs="+", default=[2, 16, 64], choices=RATES, help="default 2 16 64")
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


def equal(symbolon, options, now, train, test, pictures):
    rows = []
    for batch in options.batches:
        case = {"batch": batch, "pairs": options.pairs, "rate": RATES[batch]}
        part = train[: options.pairs]
        module, said, seconds = symbolon.train(part, batch, RATES[batch], options.seed)
        agree(module, said, test, pictures)
        case["ours"] = {"accuracy": said["accuracy"], "seconds": seconds, "pairs_per_second": len(part) / seconds}
        module, seconds = peer.train(part, pictures, batch, RATES[batch], options.seed, now)
        accuracy, _ = digits.judge(module, test, pictures)
        case["peer"] = {"accuracy": accuracy, "seconds": seconds, "pairs_per_second": len(part) / seconds}
        print(json.dumps(case), flush=True)
        rows.append(case)
    return rows


def best(symbolon, options, rows, train):
    """Our least time for at least the accuracy of the peer's best network."""
    goal = max((row["peer"] for row in rows), key=lambda r: r["accuracy"])
    for pairs in BEST_PAIRS:
        _, said, seconds = symbolon.train(train[:pairs], BEST["batch"], BEST["rate"], options.seed, BEST["shift"])
        case = {"pairs": pairs, "accuracy": said["accuracy"], "seconds": seconds, **BEST, "goal": goal}
        print(json.dumps(case), flush=True)
        if said["accuracy"] >= goal["accuracy"]:
            break
    return case


def table(rows, least):
    lines = ["| batch | pairs | accuracy, DeepProbLog | ours | pairs/s, DeepProbLog | ours | ratio |", "|" + " ---: |" * 7]
    for row in rows:
        theirs, ours = row["peer"], row["ours"]
        lines.append(
            f"| {row['batch']} | {row['pairs']} | {theirs['accuracy']:.1%} | {ours['accuracy']:.1%} "
            f"| {theirs['pairs_per_second']:.0f} | {ours['pairs_per_second']:.0f} "
            f"| {ours['pairs_per_second'] / theirs['pairs_per_second']:.0f} |"
        )
    goal = least["goal"]
    reached = "" if least["accuracy"] >= goal["accuracy"] else ", which is less"
    lines.append(
        f"\nDeepProbLog's best network reads {goal['accuracy']:.1%} of the held-out sums after {goal['seconds']:.1f} s; ours "
        f"{least['accuracy']:.1%}{reached} after {least['pairs']} pairs in {least['seconds']:.2f} s: {goal['seconds'] / least['seconds']:.0f} to one."
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
    rows = equal(symbolon, options, now, train, test, pictures)
    least = best(symbolon, options, rows, train)
    results = digits.ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    text = table(rows, least)
    whole = {"threads": threads, "clock": clock, "seed": options.seed, "equal": rows, "best": least}
    for name, content in {"sums.json": json.dumps(whole, indent=1), "sums.md": text + "\n"}.items():
        Path(results, name + ".tmp").write_text(content)
        Path(results, name + ".tmp").replace(Path(results, name))
    print(text)


if __name__ == "__main__":
    main()
