"""Writes tiny random checkpoints of every family, as transformers saves them, with what transformers computes on them.

    pip install torch transformers && python make_families.py

Each folder gets config.json, model.safetensors (the checkpoint) and expected.safetensors (inputs, all hidden states,
attention patterns, output).
"""

import os
import shutil

import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig, BertModel, Gemma3ForCausalLM, Gemma3TextConfig, GPT2Config, GPT2LMHeadModel, GPTNeoXConfig,
    GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM, ViTConfig, ViTForImageClassification,
)

V, D = 40, 16
EAGER = dict(attn_implementation="eager")
MODELS = {
    "llama": LlamaForCausalLM(LlamaConfig(
        vocab_size=V, hidden_size=D, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=False, **EAGER)),
    "llama3-rope": LlamaForCausalLM(LlamaConfig(
        vocab_size=V, hidden_size=D, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, head_dim=12,
        num_key_value_heads=1, max_position_embeddings=64, tie_word_embeddings=True, attention_bias=True,
        rope_parameters=dict(rope_type="llama3", rope_theta=100.0, factor=4.0, low_freq_factor=1.0,
                             high_freq_factor=4.0, original_max_position_embeddings=16), **EAGER)),
    "gemma3": Gemma3ForCausalLM(Gemma3TextConfig(
        vocab_size=V, hidden_size=D, intermediate_size=24, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=1, head_dim=8, sliding_window=4, query_pre_attn_scalar=10, max_position_embeddings=64,
        layer_types=["sliding_attention", "full_attention", "sliding_attention", "full_attention"], **EAGER)),
    "gpt2": GPT2LMHeadModel(GPT2Config(vocab_size=V, n_embd=D, n_layer=2, n_head=4, n_positions=64, **EAGER)),
    "neox": GPTNeoXForCausalLM(GPTNeoXConfig(
        vocab_size=V, hidden_size=D, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=64, rotary_pct=0.5, use_parallel_residual=True, **EAGER)),
    "neox-serial": GPTNeoXForCausalLM(GPTNeoXConfig(
        vocab_size=V, hidden_size=D, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=64, rotary_pct=1.0, use_parallel_residual=False, **EAGER)),
    "bert": BertModel(BertConfig(
        vocab_size=V, hidden_size=D, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=32, **EAGER)),
    "vit": ViTForImageClassification(ViTConfig(
        hidden_size=D, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, image_size=12, patch_size=4,
        num_channels=2, num_labels=5, **EAGER)),
}

for name, model in MODELS.items():
    g = torch.Generator().manual_seed(7)
    model.eval()
    with torch.no_grad():
        for key, p in model.named_parameters():
            p.copy_(torch.randn(p.shape, generator=g) * 0.3 + (1.0 if "norm" in key.lower() and "weight" in key and name != "gemma3" else 0.0))
    shutil.rmtree(f"tiny-{name}", ignore_errors=True)
    model.save_pretrained(f"tiny-{name}")
    for other in ["generation_config.json"]:
        if os.path.exists(f"tiny-{name}/{other}"):
            os.remove(f"tiny-{name}/{other}")
    if name == "vit":
        given = dict(pixel_values=torch.randn(2, 2, 12, 12, generator=g))
    else:
        given = dict(input_ids=torch.randint(0, V, (2, 11), generator=g))
    if name == "bert":
        mask = torch.ones(2, 11, dtype=torch.long)
        mask[1, 7:] = 0
        given["attention_mask"] = mask
    with torch.no_grad():
        out = model(**given, output_hidden_states=True, output_attentions=True)
    expected = {k: v for k, v in given.items()}
    for l, h in enumerate(out.hidden_states):
        expected[f"hidden.{l}"] = h
    for l, a in enumerate(out.attentions):
        expected[f"pattern.{l}"] = a
    expected["output"] = out.last_hidden_state if name == "bert" else out.logits
    save_file({k: v.contiguous().clone() for k, v in expected.items()}, f"tiny-{name}/expected.safetensors")
    print(name, {k: tuple(v.shape) for k, v in expected.items()})
