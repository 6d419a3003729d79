"""Prints the best time of each piece of work on both sides, and their ratio."""
import sys


def best(path):
    times = {}
    for line in open(path):
        name, seconds = line.rstrip("\n").split("\t")
        times[name] = min(float(seconds), times.get(name, float("inf")))
    return times


ours, peer = best(sys.argv[1]), best(sys.argv[2])
print(f"{'work':28} {'ours, ms':>12} {'PyTorch, ms':>12} {'ratio':>7}")
for name, seconds in ours.items():
    other = peer.get(name)
    told = f"{other * 1e3:12.3f} {other / seconds:7.2f}" if other and seconds else f"{'-':>12} {'-':>7}"
    print(f"{name:28} {seconds * 1e3:12.3f} {told}")
