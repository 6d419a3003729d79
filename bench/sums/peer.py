"""DeepProbLog on pairs of digits whose sums are observed: its program, its exact engine with cached circuits, its training loop."""

import contextlib
import io
import math
import random
import warnings
from pathlib import Path

import torch

import digits

warnings.filterwarnings("ignore", message="ApproximateEngine is not available")
warnings.filterwarnings("ignore", message="Converting a tensor with requires_grad")

from deepproblog.dataset import DataLoader, Dataset  # noqa: E402
from deepproblog.engines import ExactEngine  # noqa: E402
from deepproblog.model import Model  # noqa: E402
from deepproblog.network import Network  # noqa: E402
from deepproblog.query import Query  # noqa: E402
from deepproblog.train import TrainObject  # noqa: E402
from problog.logic import Constant, Term  # noqa: E402

# The last factor of the rate's cosine, as on our side.
FLOOR = 0.01


class Pictures:
    """What `tensor(digits(17))` stands for."""

    def __init__(self, pictures):
        self.pictures = pictures

    def __getitem__(self, item):
        return self.pictures[int(item[0])]


class Pairs(Dataset):
    """Queries with variables for the pictures, so that one circuit serves all pairs with the same sum."""

    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def to_query(self, i):
        a, b, total = self.rows[i]
        picture = lambda n: Term("tensor", Term("digits", Constant(n)))
        query = Term("addition", Term("p0"), Term("p1"), Constant(total))
        return Query(query, {Term("p0"): picture(a), Term("p1"): picture(b)})


def model_of(module, pictures, rate=None):
    network = Network(module, "mnist_net", batching=True)
    if rate is not None:
        network.optimizer = torch.optim.Adam(module.parameters(), lr=rate)
    model = Model(Path(__file__).with_name("addition.pl"), [network])
    with contextlib.redirect_stdout(io.StringIO()):
        model.set_engine(ExactEngine(model), cache=True)
    model.add_tensor_source("digits", Pictures(pictures))
    return model, network


def train(rows, pictures, batch, rate, seed, now):
    """One pass over the rows. Returns the network and the seconds it took, in which no circuit is compiled any more."""
    torch.manual_seed(seed)
    random.seed(seed)
    module = digits.lenet()
    model, network = model_of(module, pictures, rate)
    # One query of each sum: all circuits are made before the clock starts.
    firsts = {row[2]: row for row in digits.pairs("train")}
    for query in Pairs(sorted(firsts.values(), key=lambda row: row[2])).to_queries():
        model.solver.cache.get(query)
    steps = math.ceil(len(rows) / batch)
    cosine = lambda step: FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * min(step / steps, 1))) / 2
    schedule = torch.optim.lr_scheduler.LambdaLR(network.optimizer, cosine)
    loader = DataLoader(Pairs(rows), batch, shuffle=False)
    training = TrainObject(model)
    training.hooks.append((1, lambda _: schedule.step()))
    with contextlib.redirect_stdout(io.StringIO()):
        start = now()
        training.train(loader, 1, verbose=0)
        seconds = now() - start
    return module, seconds


def answers(module, rows, pictures):
    """DeepProbLog's own distribution of the sum of each pair, `[pairs, 19]`."""
    model, _ = model_of(module, pictures)
    model.eval()
    result = torch.zeros(len(rows), 19, dtype=torch.float64)
    for i, query in enumerate(Pairs(rows).to_queries()):
        with torch.no_grad():
            found = model.solve([query.variable_output()])[0].result
        for term, probability in found.items():
            result[i, int(term.args[2])] = float(probability)
    return result
