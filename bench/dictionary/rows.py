"""Makes the rows that both sides train on: sparse sums of planted directions with a mean and a little noise.

rows.py UNITS FILE
"""

import sys

import torch
from safetensors.torch import save_file

units, file = int(sys.argv[1]), sys.argv[2]
g = torch.Generator().manual_seed(0)
directions = torch.nn.functional.normalize(torch.randn(4 * units, units, generator=g), dim=1)
parts = []
for _ in range(16):
    active = torch.rand(1024, 4 * units, generator=g) < 20 / (4 * units)
    parts.append((active * torch.rand(1024, 4 * units, generator=g)) @ directions)
rows = torch.cat(parts) + 0.3 * torch.randn(units, generator=g)
save_file({"rows": rows + 0.02 * torch.randn(rows.shape, generator=g)}, file)
