"""The work of `examples/bench.rs`, done by PyTorch on the processor: the same shapes and the same arithmetic.

Prints one line for each piece of work: its name and the seconds one run takes (the median of several). With `CLOCK=cpu`
these are seconds of the processor's time, which other programs on the machine disturb less.
"""
import math
import os
import statistics
import sys
import time

THREADS = int(os.environ.get("THREADS", "2"))
os.environ.setdefault("OMP_NUM_THREADS", str(THREADS))
os.environ.setdefault("MKL_NUM_THREADS", str(THREADS))
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(THREADS)
torch.manual_seed(0)
CHOSEN = sys.argv[1:]
now = time.process_time if os.environ.get("CLOCK") == "cpu" else time.perf_counter


def measure(name, run, seconds=0.6, repeats=7):
    if CHOSEN and not any(name.startswith(c) for c in CHOSEN):
        return
    run()
    start = time.perf_counter()
    run()
    once = time.perf_counter() - start
    n = max(1, int(seconds / repeats / max(once, 1e-9)))
    times = []
    for _ in range(repeats):
        start = now()
        for _ in range(n):
            run()
        times.append((now() - start) / n)
    print(f"{name}\t{statistics.median(times):.9f}", flush=True)


def wanted(name):
    return not CHOSEN or any(name.startswith(c) or c.startswith(name) for c in CHOSEN)


def single():
    with torch.no_grad():
        a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
        measure("op matmul 1024", lambda: a @ b)
        c, d = torch.randn(64, 768), torch.randn(768, 3072)
        measure("op matmul 64x768x3072", lambda: c @ d)
        x = torch.randn(16, 64, 512)
        y, w, o = torch.randn(16, 64, 512), torch.randn(512), torch.randn(512)
        for name, f in {
            "gelu": lambda: F.gelu(x),
            "gelu tanh": lambda: F.gelu(x, approximate="tanh"),
            "exp": lambda: x.exp(),
            "silu": lambda: F.silu(x),
            "tanh": lambda: x.tanh(),
            "relu": lambda: x.relu(),
            "add": lambda: x + y,
            "add row": lambda: x + w,
            "mul": lambda: x * y,
            "sum rows": lambda: x.sum(-1),
            "sum columns": lambda: x.view(1024, 512).sum(0),
            "layer norm": lambda: F.layer_norm(x, (512,), w, o),
            "rms norm": lambda: F.rms_norm(x, (512,), w, 1e-5),
            "transpose copy": lambda: x.transpose(0, 1).contiguous(),
        }.items():
            measure(f"op {name}", f)
        s = torch.randn(16, 4, 64, 64)
        measure("op softmax", lambda: s.softmax(-1))
        measure("op log softmax", lambda: s.log_softmax(-1))
        t = torch.randn(1024, 4608)
        measure("op topk 32", lambda: t.topk(32, -1))
        table, at = torch.randn(512, 128), torch.randint(0, 512, (1024,))
        measure("op embedding", lambda: F.embedding(at, table))
        g = torch.randn(1024, 128)
        measure("op embedding back", lambda: torch.zeros(512, 128).index_add_(0, at, g))
        image, kernel = torch.randn(64, 6, 12, 12), torch.randn(16, 6, 5, 5)
        measure("op conv2d", lambda: F.conv2d(image, kernel))
        image1, kernel1 = torch.randn(64, 1, 28, 28), torch.randn(6, 1, 5, 5)
        measure("op conv2d 1x5x5", lambda: F.conv2d(image1, kernel1))
        image2, kernel2 = torch.randn(16, 32, 28, 28), torch.randn(32, 32, 3, 3)
        measure("op conv2d 32x3x3", lambda: F.conv2d(image2, kernel2, padding=1))
        measure("op max pool", lambda: F.max_pool2d(torch.relu(image), 2))
        q, k, v = (torch.randn(16, 4, 64, 32) for _ in range(3))
        rows, groups = torch.randn(100_000, 16), torch.randint(0, 1000, (100_000,))
        wide = groups[:, None].expand(-1, 16)

        def largest():
            return torch.full((1000, 16), -math.inf).scatter_reduce(0, wide, rows, "amax")

        def logsumexp():
            top = largest()
            return torch.zeros(1000, 16).index_add_(0, groups, (rows - top[groups]).exp()).log() + top

        measure("op segment max", largest)
        measure("op segment logsumexp", logsumexp)
        measure("op attention", lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True))


def back(name, inputs, f):
    inputs = [x.requires_grad_() for x in inputs]
    y = f(*inputs)
    seed = torch.ones_like(y)
    measure(f"back {name}", lambda: torch.autograd.grad(y, inputs, seed, retain_graph=True))


def spline(x, knots):
    y = ((x >= knots[:-1]) & (x < knots[1:])).float()
    for k in range(1, 4):
        rising = (x - knots[: -k - 1]) / (knots[k:-1] - knots[: -k - 1])
        falling = (knots[k + 1 :] - x) / (knots[k + 1 :] - knots[1:-k])
        y = rising * y[:, :-1] + falling * y[:, 1:]
    return y


def backward():
    def x():
        return torch.randn(16, 64, 512)

    back("gelu", [x()], F.gelu)
    back("silu", [x()], F.silu)
    back("layer norm", [x(), torch.randn(512), torch.randn(512)], lambda x, w, b: F.layer_norm(x, (512,), w, b))
    back("softmax", [torch.randn(16, 4, 64, 64)], lambda x: x.softmax(-1))
    back("log softmax", [torch.randn(16, 4, 64, 64)], lambda x: x.log_softmax(-1))
    back("conv2d", [torch.randn(64, 6, 12, 12), torch.randn(16, 6, 5, 5), torch.randn(16)], F.conv2d)
    wide = [torch.randn(16, 32, 28, 28), torch.randn(32, 32, 3, 3), torch.randn(32)]
    back("conv2d 32x3x3", wide, lambda x, w, b: F.conv2d(x, w, b, padding=1))
    heads = [torch.randn(16, 4, 64, 32) for _ in range(3)]
    back("attention", heads, lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True))
    points = (torch.rand(200_000, 1) * 2 - 1).requires_grad_()
    weights, knots = torch.randn(12, 1).requires_grad_(), torch.linspace(-1.5, 1.5, 16)
    measure(
        "back b-spline",
        lambda: torch.autograd.grad((spline(points, knots) @ weights).sum(), [points, weights]),
        seconds=2.0,
        repeats=5,
    )


def passes():
    h = torch.randn(64, 256).requires_grad_()
    inner = [h]
    for _ in range(4):
        h = F.gelu(h @ (torch.randn(256, 256) / 16).requires_grad_())
        inner.append(h)
    seeds = [torch.randn(64, 256) for _ in range(10)]
    y = F.layer_norm(h, (256,))
    measure("tape one pass", lambda: torch.autograd.grad(y, inner, seeds[0], retain_graph=True))
    measure("tape ten passes", lambda: [torch.autograd.grad(y, inner, s, retain_graph=True) for s in seeds])


def training(name, module, loss):
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-3)

    def step():
        optimiser.zero_grad()
        value = loss()
        value.backward()
        optimiser.step()

    measure(name, step, seconds=2.0)


def mlp():
    m = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    x, y = torch.randn(64, 784), torch.randint(0, 10, (64,))
    training("train mlp", m, lambda: F.cross_entropy(m(x), y))


def lenet():
    m = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )
    x, y = torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))
    training("train lenet", m, lambda: F.cross_entropy(m(x), y))


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x, mask):
        b, t, d = x.shape
        q, k, v = (p.reshape(b, t, self.heads, -1).transpose(1, 2) for p in self.qkv(self.n1(x)).chunk(3, -1))
        pattern = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(d // self.heads) + mask, -1)
        x = x + self.out((pattern @ v).transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.n2(x))))


class Gpt(nn.Module):
    def __init__(self, layers=4, d=128, heads=4, context=64, vocabulary=512):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, d), nn.Embedding(context, d)
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, vocabulary, bias=False)
        self.register_buffer("mask", torch.triu(torch.full((context, context), -1e9), 1))

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


def gpt():
    m = Gpt()
    x, y = torch.randint(0, 512, (16, 64)), torch.randint(0, 512, (16 * 64,))
    training("train gpt", m, lambda: F.cross_entropy(m(x).view(-1, 512), y))


class Dictionary(nn.Module):
    def __init__(self, d=576, units=4608, k=None):
        super().__init__()
        self.k = k
        self.encode = nn.Parameter(torch.randn(d, units) / 24)
        self.decode = nn.Parameter(torch.randn(units, d) / 68)
        self.threshold, self.centre = nn.Parameter(torch.zeros(units)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        units = torch.relu((x - self.centre) @ self.encode + self.threshold)
        if self.k:
            values, places = units.topk(self.k, -1)
            units = torch.zeros_like(units).scatter(-1, places, values)
        loss = ((units @ self.decode + self.centre - x) ** 2).mean()
        return loss if self.k else loss + 1e-3 * units.abs().sum(-1).mean()


def dictionary():
    x = torch.randn(1024, 576)
    for name, k in {"train dictionary relu": None, "train dictionary topk": 32}.items():
        m = Dictionary(k=k)
        training(name, m, lambda: m(x))


class Llama:
    """The shape of SmolLM2-135M with random weights."""

    def __init__(self, layers=30, d=576, heads=9, groups=3, inner=1536, vocabulary=49152, base=100000.0):
        def r(*shape):
            return torch.randn(*shape) * 0.02

        self.d, self.heads, self.groups, self.width = d, heads, groups, d // heads
        self.table, self.norm = r(vocabulary, d), torch.ones(d)
        kv = groups * self.width
        self.layers = [
            (torch.ones(d), r(d, d), r(kv, d), r(kv, d), r(d, d), torch.ones(d), r(inner, d), r(inner, d), r(d, inner))
            for _ in range(layers)
        ]
        angles = torch.arange(1024)[:, None] * base ** (-torch.arange(0, self.width, 2) / self.width)[None]
        self.cos, self.sin = torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()
        self.cache = []

    def turn(self, x, at):
        c, s = self.cos[at : at + x.shape[2]], self.sin[at : at + x.shape[2]]
        half = x.shape[-1] // 2
        return x * c + torch.cat([-x[..., half:], x[..., :half]], -1) * s

    def forward(self, tokens, at):
        b, t = tokens.shape
        x = F.embedding(tokens, self.table)
        if at == 0:
            self.cache = [None] * len(self.layers)
        for i, (n1, q, k, v, o, n2, gate, up, down) in enumerate(self.layers):
            y = F.rms_norm(x, (self.d,), n1, 1e-5)
            q, k, v = (F.linear(y, w).view(b, t, -1, self.width).transpose(1, 2) for w in (q, k, v))
            q, k = self.turn(q, at), self.turn(k, at)
            if self.cache[i] is not None:
                k, v = torch.cat([self.cache[i][0], k], 2), torch.cat([self.cache[i][1], v], 2)
            self.cache[i] = (k, v)
            y = F.scaled_dot_product_attention(q, k, v, is_causal=t > 1, enable_gqa=True)
            x = x + F.linear(y.transpose(1, 2).reshape(b, t, self.d), o)
            y = F.rms_norm(x, (self.d,), n2, 1e-5)
            x = x + F.linear(F.silu(F.linear(y, gate)) * F.linear(y, up), down)
        return F.linear(F.rms_norm(x[:, -1], (self.d,), self.norm, 1e-5), self.table)


def llama():
    with torch.no_grad():
        m = Llama()
        tokens = torch.randint(0, 49152, (1, 512))
        measure("run prefill 512", lambda: m.forward(tokens, 0), seconds=3.0, repeats=3)
        m.forward(tokens, 0)
        kept = list(m.cache)

        def decode():
            m.cache = list(kept)
            m.forward(tokens[:, :1], 512)

        measure("run decode", decode, seconds=2.0)


for name, part in {
    "op": single, "back": backward, "tape": passes, "train mlp": mlp, "train lenet": lenet, "train gpt": gpt, "train dictionary": dictionary, "run": llama,
}.items():
    if wanted(name):
        part()
