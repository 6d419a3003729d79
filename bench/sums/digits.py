"""The shipped digits and the pairs of `examples/sums`, as both sides see them."""

import csv
import gzip
from pathlib import Path

import numpy
import torch

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "sums"


def images():
    """All 10,000 pictures, `[number, 1, 28, 28]` from 0 to 1."""
    data = gzip.open(ROOT / "data" / "mnist" / "images-idx3-ubyte.gz").read()[16:]
    pixels = numpy.frombuffer(data, dtype=numpy.uint8).astype(numpy.float32) / 255
    return torch.from_numpy(pixels.reshape(-1, 1, 28, 28))


def pairs(name):
    """Rows `(first picture, second picture, sum)` of `train` or `test`."""
    with open(EXAMPLE / f"{name}.csv", newline="") as file:
        return [tuple(map(int, row)) for row in list(csv.reader(file))[1:]]


def lenet():
    """The layers of `lenet(10)`, with the softmax that DeepProbLog wants at the end."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(),
        nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
        nn.Softmax(-1),
    )  # fmt: skip


def sums_of(network, rows, pictures):
    """The distribution of the sum of each pair, `[pairs, 19]`: the answer in closed form, for both sides' networks."""
    with torch.no_grad():
        a, b = (network(pictures[[row[side] for row in rows]]).double() for side in (0, 1))
    result = torch.zeros(len(rows), 19, dtype=torch.float64)
    for digit in range(10):
        result[:, digit : digit + 10] += a[:, digit : digit + 1] * b
    return result


def judge(network, rows, pictures):
    """Share of pairs whose most probable sum is the observed one, and the mean log-probability of what was observed."""
    sums = sums_of(network, rows, pictures)
    observed = torch.tensor([row[2] for row in rows])
    right = (sums.argmax(1) == observed).double().mean()
    return float(right), float(sums[torch.arange(len(rows)), observed].log().mean())
