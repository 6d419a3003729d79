"""LTNtorch on the constraints of `examples/constraints.rs`: product real logic, the mean over a batch as quantifier.

Prints batch, milliseconds, the loss and the sum of the gradient's absolute values, as our side does.
"""

import os
import time

import ltn
import torch

torch.set_num_threads(int(os.environ.get("THREADS", "2")))
And = ltn.Connective(ltn.fuzzy_ops.AndProd(stable=False))
Or = ltn.Connective(ltn.fuzzy_ops.OrProbSum(stable=False))
Implies = ltn.Connective(ltn.fuzzy_ops.ImpliesReichenbach(stable=False))
Forall = ltn.Quantifier(ltn.fuzzy_ops.AggregMean(), quantifier="f")
VALUES, RULES = 10, 20


def logits(batch):
    """The same numbers on both sides: sines."""
    n = torch.arange(batch * 3 * VALUES, dtype=torch.float32)
    return (torch.sin(n * 0.7) * 2.0).reshape(batch, 3 * VALUES).requires_grad_()


def loss(x):
    p = x.reshape(-1, 3, VALUES).softmax(2).reshape(-1, 3 * VALUES)
    v = ltn.Variable("x", p)
    is_ = lambda variable, value: ltn.Predicate(func=lambda t, k=variable * VALUES + value: t[:, k])(v)
    total = 0.0
    for r in range(RULES):
        body = And(is_(0, r % 10), is_(1, (r * 3) % 10))
        head = Or(is_(2, (r * 7) % 10), is_(2, (r * 7 + 1) % 10))
        total = total + (1.0 - Forall(v, Implies(body, head)).value)
    return total


for batch in [16, 64, 256, 1024]:
    x = logits(batch)
    best = float("inf")
    for _ in range(20):
        began = time.perf_counter()
        value = loss(x)
        (gradient,) = torch.autograd.grad(value, x)
        best = min(best, time.perf_counter() - began)
    print(f"{batch}\t{best * 1e3:.4f}\t{value.item():.6f}\t{gradient.abs().sum().item():.6f}")
