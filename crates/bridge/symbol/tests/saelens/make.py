"""Small sparse autoencoders as SAELens itself writes them, with what SAELens computes from them.

Run once: `python make.py` with sae-lens 6.54 installed; writes one folder for each architecture, and `expected.safetensors`.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from sae_lens import (
    JumpReLUSAE,
    JumpReLUSAEConfig,
    StandardSAE,
    StandardSAEConfig,
    TopKSAE,
    TopKSAEConfig,
    Transcoder,
    TranscoderConfig,
)

HERE = Path(__file__).parent
torch.manual_seed(0)
x = torch.randn(5, 6) * 3
expected = {"x": x}
metadata = {"hook_name": "blocks.8.hook_resid_post", "model_name": "tiny"}


def keep(name, sae):
    with torch.no_grad():
        for p in sae.parameters():
            p.copy_(torch.randn_like(p))
        if hasattr(sae, "threshold"):
            sae.threshold.copy_(torch.rand_like(sae.threshold) * 2)
        codes = sae.encode(x)
        expected[f"{name}.codes"] = codes.contiguous()
        expected[f"{name}.decoded"] = sae.decode(codes).contiguous()
    sae.save_model(HERE / name)
    config = json.loads((HERE / name / "cfg.json").read_text())
    config["metadata"] = metadata
    (HERE / name / "cfg.json").write_text(json.dumps(config, indent=1) + "\n")


size = {"d_in": 6, "d_sae": 10}
keep("standard", StandardSAE(StandardSAEConfig(**size)))
keep("plain-input", StandardSAE(StandardSAEConfig(**size, apply_b_dec_to_input=False)))
keep("layer-norm", StandardSAE(StandardSAEConfig(**size, normalize_activations="layer_norm")))
keep("topk", TopKSAE(TopKSAEConfig(**size, k=3)))
keep("topk-rescaled", TopKSAE(TopKSAEConfig(**size, k=3, rescale_acts_by_decoder_norm=True)))
keep("jumprelu", JumpReLUSAE(JumpReLUSAEConfig(**size)))
keep("transcoder", Transcoder(TranscoderConfig(**size, d_out=4, apply_b_dec_to_input=False)))

# A folder as versions before 6 wrote it: the hook beside the sizes, the activation named apart; SAELens' own arrays.
old = HERE / "before-6"
old.mkdir(exist_ok=True)
(old / "cfg.json").write_text(
    json.dumps(
        {
            "architecture": "standard",
            **size,
            "dtype": "torch.float32",
            "activation_fn_str": "topk",
            "activation_fn_kwargs": {"k": 3},
            "apply_b_dec_to_input": True,
            "normalize_activations": "constant_norm_rescale",
            "hook_name": "blocks.2.hook_mlp_out",
            "model_name": "tiny",
        },
        indent=1,
    )
    + "\n"
)
g = torch.Generator().manual_seed(1)
arrays = {n: torch.randn(s, generator=g) for n, s in
          [("W_enc", (6, 10)), ("W_dec", (10, 6)), ("b_enc", (10,)), ("b_dec", (6,))]}
save_file(arrays, old / "sae_weights.safetensors")
scale = 6**0.5 / x.norm(dim=-1, keepdim=True)
pre = (x * scale - arrays["b_dec"]) @ arrays["W_enc"] + arrays["b_enc"]
top = torch.topk(pre, 3)
codes = torch.zeros_like(pre).scatter(1, top.indices, top.values.relu())
expected["before-6.codes"] = codes
expected["before-6.decoded"] = (codes @ arrays["W_dec"] + arrays["b_dec"]) / scale
save_file(expected, HERE / "expected.safetensors")
