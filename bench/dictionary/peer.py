"""Trains a dictionary with SAELens' own trainer and prints rows a second, what of the first 2048 rows is explained, and the largest memory.

peer.py KIND FEATURES K BATCH STEPS FILE: KIND is `topk` or `l1`; FILE holds `rows`.
"""

import os
import resource
import sys
import time

import torch

torch.set_num_threads(int(os.environ.get("THREADS", "2")))

from safetensors.torch import load_file  # noqa: E402
from sae_lens import (  # noqa: E402
    StandardTrainingSAE,
    StandardTrainingSAEConfig,
    TopKTrainingSAE,
    TopKTrainingSAEConfig,
)
from sae_lens.config import SAETrainerConfig  # noqa: E402
from sae_lens.training.sae_trainer import SAETrainer  # noqa: E402

kind, features, k, batch, steps, file = sys.argv[1:]
features, batch, steps = int(features), int(batch), int(steps)
rows = load_file(file)["rows"]
rows = rows * (rows.shape[1] ** 0.5 / rows.norm(dim=1).mean())


def provider():
    generator = torch.Generator().manual_seed(0)
    while True:
        order = torch.randperm(len(rows), generator=generator)
        for start in range(0, len(rows) - batch + 1, batch):
            yield rows[order[start : start + batch]]


size = {"d_in": rows.shape[1], "d_sae": features, "device": "cpu"}
if kind == "l1":
    sae = StandardTrainingSAE(StandardTrainingSAEConfig(**size, l1_coefficient=float(k), l1_warm_up_steps=200))
else:
    sae = TopKTrainingSAE(TopKTrainingSAEConfig(**size, k=int(k), aux_loss_coefficient=0.0))
config = SAETrainerConfig(total_training_samples=steps * batch, train_batch_size_samples=batch, lr=1e-3, lr_end=1e-3, lr_warm_up_steps=50)
trainer = SAETrainer(config, sae, provider())
data = provider()
for _ in range(3):
    trainer.step(next(data))
start = time.perf_counter()
for step in range(steps):
    output = trainer.step(next(data))
    trainer.n_training_steps += 1
seconds = time.perf_counter() - start
with torch.no_grad():
    x = rows[:2048]
    codes = sae.encode(x)
    if codes.is_sparse:
        codes = codes.to_dense()
    error = (sae.decode(codes) - x).pow(2).sum() / (x - x.mean(0)).pow(2).sum()
    active = (codes > 0).sum() / len(x)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(
    f"{batch * steps / seconds:.0f} rows/s, {1e3 * seconds / steps:.2f} ms a step, "
    f"L0 {active:.3f}, explained {1 - error:.3f}, {peak:.0f} MiB"
)
