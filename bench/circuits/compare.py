"""Puts two lists of measurements side by side: the peer's seconds divided by ours."""

import math
import sys


def read(path):
    rows = (line.rstrip("\n").split("\t") for line in open(path))
    return {(r[0], int(r[1])): (float(r[2]), float(r[3])) for r in rows}


def main(ours, peer):
    ours, peer = read(ours), read(peer)
    both = sorted(ours.keys() & peer.keys())
    print("| circuit | batch | forward, ms | peer | ratio | with gradient, ms | peer | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    ratios = []
    for key in both:
        (f, b), (pf, pb) = ours[key], peer[key]
        ratios.append((pf / f, pb / b))
        print(
            f"| {key[0]} | {key[1]} | {f * 1e3:.3f} | {pf * 1e3:.3f} | {pf / f:.1f} | {b * 1e3:.3f} | {pb * 1e3:.3f} | {pb / b:.1f} |"
        )
    for i, what in enumerate(["forward", "with gradient"]):
        logs = [math.log(r[i]) for r in ratios]
        print(f"{what}: geometric mean {math.exp(sum(logs) / len(logs)):.1f}, least {min(r[i] for r in ratios):.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
