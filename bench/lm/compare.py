"""Prints the best of all rounds for each piece of work, and the peers' ratios to ours (above 1: ours is faster or smaller)."""
import sys

# Tokens of each piece of work, for tokens a second.
TOKENS = {"prefill 512": 512, "all logits 512": 512, "recorded 512": 512, "decode 64": 64, "decode 64 after 448": 64}


def best(path):
    values = {}
    for line in open(path):
        name, value = line.rstrip("\n").split("\t")
        values[name] = min(float(value), values.get(name, float("inf")))
    return values


ours, *peers = [best(p) for p in sys.argv[1:]]
names = [p.rsplit("/", 1)[-1].removesuffix(".tsv") for p in sys.argv[2:]]
head = "".join(f" {n:>18} {'ratio':>6}" for n in names)
print(f"{'work':22} {'ours':>12}{head}")
for name, value in ours.items():
    shown = lambda v: f"{TOKENS[name] / v:.0f} tok/s" if name in TOKENS else f"{v / 2**20:.0f} MiB" if "bytes" in name else f"{v:.2f}"
    line = f"{name:22} {shown(value):>12}"
    for peer in peers:
        # What a peer does not offer is measured against the work that holds it.
        other = peer.get(name, peer.get("all logits 512") if name == "prefill 512" else None)
        line += f" {shown(other):>18} {other / value:6.2f}" if other else f" {'-':>18} {'-':>6}"
    print(line)
