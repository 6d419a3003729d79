"""Writes `pytorch.safetensors`: small inputs, results and gradients as PyTorch computes them in float64.

Run with PyTorch installed: python make.py. For each case `name` the file holds `name/in0..`, `name/out` and `name/grad0..`:
gradients of sum(out * cos(0, 1, 2, ..)) with respect to the inputs.
"""
import json
import struct
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
tensors = {}


def case(name, f, *inputs):
    inputs = [x.clone().requires_grad_() for x in inputs]
    out = f(*inputs)
    seed = torch.cos(torch.arange(out.numel(), dtype=torch.float64)).reshape(out.shape)
    grads = torch.autograd.grad((out * seed).sum(), inputs)
    tensors[f"{name}/out"] = out.detach()
    for i, (x, g) in enumerate(zip(inputs, grads)):
        tensors[f"{name}/in{i}"], tensors[f"{name}/grad{i}"] = x.detach(), g


def r(*shape):
    return torch.randn(*shape)


for name, f in {
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": F.softplus,
    "mish": F.mish,
    "elu": F.elu,
    "leaky_relu": F.leaky_relu,
    "hard_sigmoid": F.hardsigmoid,
    "log_sigmoid": F.logsigmoid,
    "erf": torch.erf,
    "expm1": torch.expm1,
    "softmax": lambda x: x.softmax(0),
    "log_softmax": lambda x: x.log_softmax(-1),
    "logsumexp": lambda x: x.logsumexp(-1),
    "var": lambda x: x.var(-1),
    "std": lambda x: x.std(0, correction=0),
    "norm": lambda x: torch.linalg.vector_norm(x, 3.0, -1),
    "amax": lambda x: x.amax(-1),
    "prod": lambda x: x.prod(-1),
    "cumprod": lambda x: x.cumprod(-1),
    "cumsum": lambda x: x.cumsum(0),
    "topk": lambda x: x.topk(2, -1).values,
    "sort": lambda x: x.sort(-1, descending=True).values,
    "roll": lambda x: x.roll(2, -1),
    "tril": lambda x: x.tril(-1),
    "clamp": lambda x: x.clamp(-0.5, 0.7),
    "rfft": lambda x: torch.view_as_real(torch.fft.rfft(x)),
    "irfft": lambda x: torch.fft.irfft(torch.view_as_complex(x.reshape(4, 3, 2)), n=4),
}.items():
    case(name, f, r(4, 6) * 1.5)
case("maximum ties", torch.maximum, torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 3.0, 2.0]))
case("pow", torch.pow, r(3, 4).abs() + 0.2, r(4))
case("atan2", torch.atan2, r(3, 4), r(4))
case("layer_norm", lambda x, w, b: F.layer_norm(x, (6,), w, b), r(2, 3, 6), r(6), r(6))
case("rms_norm", lambda x, w: F.rms_norm(x, (6,), w, 1e-5), r(2, 3, 6), r(6))
case("einsum", lambda a, b: torch.einsum("bqhd,bkhd->bhqk", a, b), r(2, 3, 2, 4), r(2, 5, 2, 4))
case("conv2d", lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1, dilation=(1, 1), groups=2), r(2, 4, 7, 6), r(6, 2, 3, 3), r(6))
case("conv2d dilated", lambda x, w: F.conv2d(x, w, dilation=2, padding=2), r(1, 2, 6, 6), r(3, 2, 3, 2))
case("conv1d", lambda x, w, b: F.conv1d(x, w, b, stride=2), r(2, 3, 8), r(4, 3, 3), r(4))
case("conv_transpose2d", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1, output_padding=1, groups=2), r(2, 4, 3, 4), r(4, 3, 3, 3), r(6))
case("conv_transpose1d", lambda x, w: F.conv_transpose1d(x, w, stride=3), r(2, 3, 4), r(3, 2, 2))
case("max_pool2d", lambda x: F.max_pool2d(x, 3, 2, 1), r(2, 2, 7, 8))
case("avg_pool2d", lambda x: F.avg_pool2d(x, 2, 2, 1), r(2, 2, 6, 5))
case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 2)), r(1, 2, 7, 5))
case("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, (3, 2)), r(1, 2, 7, 5))
case("resize_nearest", lambda x: F.interpolate(x, (7, 3)), r(1, 2, 4, 5))
case("resize_bilinear", lambda x: F.interpolate(x, (7, 3), mode="bilinear", align_corners=False), r(1, 2, 4, 5))
case("attention", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True), r(2, 4, 5, 3), r(2, 2, 5, 3), r(2, 2, 5, 3))
classes = torch.tensor([2, 0, 1])
case("cross_entropy", lambda x: F.cross_entropy(x, classes), r(3, 4))
case("binary_cross_entropy", lambda x, t: F.binary_cross_entropy_with_logits(x, t), r(3, 4), torch.rand(3, 4))
case("huber", lambda x, t: F.huber_loss(x, t, delta=0.7), r(3, 4), r(3, 4))
case("kl_div", lambda x, t: F.kl_div(x.log_softmax(-1), t.log_softmax(-1), reduction="batchmean", log_target=True), r(3, 4), r(3, 4))
a = r(3, 3)
case("inverse", torch.linalg.inv, a + 3 * torch.eye(3))
case("log_det", lambda x: torch.linalg.slogdet(x).logabsdet, a)
case("cholesky", lambda x: torch.linalg.cholesky(x @ x.T + torch.eye(3)), a)
case("eigenvalues", lambda x: torch.linalg.eigh((x + x.T) / 2).eigenvalues, a)
case("eigenvectors", lambda x: torch.linalg.eigh((x + x.T) / 2).eigenvectors.square(), a)
case("singular values", lambda x: torch.linalg.svd(x, full_matrices=False).S, r(4, 3))
case("singular vectors", lambda x: torch.linalg.svd(x, full_matrices=False).U.square(), r(4, 3))
case("resize_nearest1d", lambda x: F.interpolate(x, 7), r(1, 2, 5))
case("resize_linear1d", lambda x: F.interpolate(x, 8, mode="linear", align_corners=False), r(1, 2, 5))

header, data = {}, b""
for name, x in tensors.items():
    body = x.contiguous().numpy().tobytes()
    header[name] = {"dtype": "F64", "shape": list(x.shape), "data_offsets": [len(data), len(data) + len(body)]}
    data += body
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
Path(__file__).with_name("pytorch.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
