"""`symbolon train` on the same pairs, as the command that users run, in a folder of its own."""

import csv
import json
import re
import resource
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

import numpy
import torch

import digits

WEIGHTS = "trained.safetensors"
# Our names of the layers, in the order of `digits.lenet`.
LAYERS = {"conv1": 0, "conv2": 3, "fc1": 7, "fc2": 9, "fc3": 11}


class Symbolon:
    def __init__(self, command, threads, clock):
        self.command, self.threads, self.clock = command, threads, clock

    def run(self, folder, batch, rate, seed, epochs):
        """What the command says, and the seconds of processor time that the whole process took."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        settings = {"epochs": epochs, "batch": batch, "rate": rate, "seed": seed, "threads": self.threads}
        flags = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
        done = subprocess.run([*self.command, "train", folder, "--json", *flags], capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            raise SystemExit(f"symbolon train failed: {done.stdout}{done.stderr}")
        return json.loads(done.stdout), sum(after[i] - before[i] for i in (0, 1))

    def train(self, rows, batch, rate, seed, shift=0, epochs=1):
        """The trained network, what the command says of it on the held-out pairs, and the seconds that training took.

        On the clock these are the command's own. Processor time of the passes alone is the difference between two more
        passes and none more, which leaves out reading the data and judging the result.
        """
        with tempfile.TemporaryDirectory() as folder:
            theory = (digits.EXAMPLE / "theory.pl").read_text()
            theory = re.sub(r"(?m)^:- training\(.*\n", f":- training([shift({shift})]).\n", theory)
            Path(folder, "theory.pl").write_text(theory)
            shutil.copy(digits.EXAMPLE / "test.csv", folder)
            with open(Path(folder, "train.csv"), "w", newline="") as file:
                csv.writer(file).writerows([("A", "B", "S"), *rows])
            said, processor = self.run(folder, batch, rate, seed, epochs)
            module = load(Path(folder, WEIGHTS))
            seconds = said["seconds"]
            if self.clock == "cpu":
                _, more = self.run(folder, batch, rate, seed, epochs + 2)
                seconds = epochs * (more - processor) / 2
        return module, said["test"], seconds


def load(path):
    """The network that a checkpoint holds, in PyTorch."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    module = digits.lenet()
    for layer, number in LAYERS.items():
        for part in ("weight", "bias"):
            entry = header.get(f"digit.{layer}.{part}")
            if entry is None:
                raise SystemExit(f"{path.name} has no digit.{layer}.{part}, it has {', '.join(sorted(header))}")
            begin, end = entry["data_offsets"]
            values = numpy.frombuffer(data[8 + size + begin : 8 + size + end], dtype=numpy.float32).copy()
            values = torch.from_numpy(values.reshape(entry["shape"]))
            with torch.no_grad():
                # Our linear layers keep `[inputs, outputs]`.
                getattr(module[number], part).copy_(values.T if values.dim() == 2 else values)
    return module
