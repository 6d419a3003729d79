"""klaycircuits on the circuits that `circuits export` wrote: one line for each circuit and batch, as our side prints them.

Values are compared with those in the file first. Both ways of running a module are measured, as it is and through
`torch.compile`, and the faster one is printed.
"""

import math
import os
import sys
import time
from pathlib import Path

import klay
import torch

BATCHES = [64, 256, 1024, 4096]
torch.set_num_threads(int(os.environ.get("THREADS", "2")))
now = time.thread_time if os.environ.get("CLOCK") == "cpu" else time.perf_counter


def load(path):
    circuit, nodes, roots, weights, values = klay.Circuit(), [], [], [], []
    for line in path.read_text().splitlines():
        kind, *rest = line.split()
        if kind == "L":
            nodes.append(circuit.literal_node(int(rest[0]) + 1))
        elif kind in "AO":
            children = [nodes[int(r)] for r in rest]
            if not children:
                nodes.append(circuit.true_node() if kind == "A" else circuit.false_node())
            else:
                nodes.append(circuit.and_node(children) if kind == "A" else circuit.or_node(children))
        elif kind == "R":
            roots = [nodes[int(r)] for r in rest]
        elif kind == "W":
            weights = [float(r) for r in rest]
        elif kind == "V":
            values = [float(r) for r in rest]
    for root in roots:
        circuit.set_root(root)
    circuit.remove_unused_nodes()
    return circuit, weights, values


def seconds(run):
    run()
    start = now()
    run()
    once = max(now() - start, 1e-7)
    n = min(max(int(0.05 / once), 1), 10_000)
    best = math.inf
    for _ in range(7):
        start = now()
        for _ in range(n):
            run()
        best = min(best, (now() - start) / n)
    return best


def measure(module, x):
    never = torch.full_like(x, -math.inf)

    def forward():
        with torch.no_grad():
            module(x, never)

    def both():
        x.grad = None
        module(x, never).sum().backward()

    return seconds(forward), seconds(both)


def main(folder, names):
    for path in sorted(Path(folder).glob("*.txt")):
        if names and path.stem not in names:
            continue
        circuit, weights, values = load(path)
        module = circuit.to_torch_module(semiring="log", compile=False)
        row = torch.tensor(weights, dtype=torch.float64).clamp_min(1e-300).log()
        found = circuit.to_torch_module(semiring="log", compile=False)(row[None], torch.full_like(row[None], -math.inf))[0].tolist()
        for f, v in zip(found, values):
            if not (f == v or abs(f - v) < 1e-6 * (1 + abs(v))):
                sys.exit(f"{path.stem}: klay says {f}, the file {v}")
        for batch in BATCHES:
            x = row.clamp_min(math.log(1e-6)).float().expand(batch, -1).contiguous().requires_grad_()
            best = measure(module, x)
            if os.environ.get("COMPILE"):
                try:
                    compiled = torch.compile(circuit.to_torch_module(semiring="log", compile=False))
                    best = tuple(map(min, best, measure(compiled, x)))
                except Exception as error:  # a peer that does not compile is measured as it is
                    print(f"{path.stem}: not compiled: {error}", file=sys.stderr)
            print(f"{path.stem}\t{batch}\t{best[0]:.9f}\t{best[1]:.9f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
