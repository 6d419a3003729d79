"""Training steps of Kolmogorov-Arnold networks: ours and pykan's, on the same weights and data, with Adam and two threads.

Our example writes weights, inputs and answers; pykan takes them over and must give the same answers and the same first loss,
else this fails. pykan runs in its fast mode (`speed()`), without its symbolic branch.

Prepare with `sh bench/kan/setup.sh`; then `bench/kan/.venv/bin/python bench/kan/run.py`. Writes `bench/results/kan.json` and
`bench/results/kan.md`.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

import torch
from kan import KAN
from safetensors.torch import load_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"


def ours(program, folder):
    command = [program] if program else ["cargo", "run", "-q", "--release", "-p", "symbolon-net", "--example", "kan", "--"]
    run = subprocess.run([*command, str(folder)], cwd=ROOT, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def peer(case, tensors, work):
    """The same network in pykan."""
    sizes, grid = case["sizes"], case["grid"]
    model = KAN(width=sizes, grid=grid, k=3, seed=0, auto_save=False, symbolic_enabled=False, ckpt_path=str(work))
    with torch.no_grad():
        for number, layer in enumerate(model.act_fun, 1):
            own = {name.split(".")[1]: t for name, t in tensors.items() if name.startswith(f"kan{number}.")}
            layer.grid.copy_(own["grid"])
            layer.coef.copy_(own["coef"].permute(0, 2, 1))
            layer.mask.copy_(own["mask"])
            layer.scale_base.copy_(own["scale_base"])
            layer.scale_sp.copy_(own["scale_spline"])
    return model.speed()


def timed(model, x, target):
    trained = [p for name, p in model.named_parameters() if p.requires_grad and not name.endswith(("grid", "mask"))]
    adam = torch.optim.Adam(trained, lr=1e-3)

    def step():
        adam.zero_grad()
        loss = (model(x) - target).square().mean()
        loss.backward()
        adam.step()
        return loss.item()

    first = step()
    for _ in range(5):
        step()
    start, steps = time.perf_counter(), 0
    while steps < 20 or (time.perf_counter() - start < 2 and steps < 5000):
        step()
        steps += 1
    return first, (time.perf_counter() - start) / steps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--example", help="the built example (default: builds and runs it in release mode)")
    options = parser.parse_args()
    torch.set_num_threads(2)
    found = []
    with tempfile.TemporaryDirectory() as work:
        for case in ours(options.example, work):
            tensors = load_file(f"{work}/{case['case']}.safetensors")
            model = peer(case, tensors, work)
            with torch.no_grad():
                apart = float((model(tensors["x"]) - tensors["y"]).abs().max())
            first, seconds = timed(model, tensors["x"], tensors["target"])
            if apart > 1e-4 or abs(first - case["loss"]) > 1e-3 * abs(first):
                raise SystemExit(f"{case}: answers are {apart} apart, pykan's first loss is {first}")
            found.append({**case, "pykan_seconds": seconds, "ratio": seconds / case["seconds"], "apart": apart})
            print(json.dumps(found[-1]), flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "kan.json").write_text(json.dumps(found, indent=1))
    rows = [
        f"| {f['sizes']} | {f['grid']} | {f['batch']} | {1e3 * f['seconds']:.3f} | {1e3 * f['pykan_seconds']:.2f} | {f['ratio']:.1f} |"
        for f in found
    ]
    head = "| sizes | grid | batch | ours, ms a step | pykan, ms a step | ratio |\n| --- | --- | --- | --- | --- | --- |\n"
    (RESULTS / "kan.md").write_text(head + "\n".join(rows) + "\n")
    print(head + "\n".join(rows))


if __name__ == "__main__":
    main()
