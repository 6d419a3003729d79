"""Writes smollm2.safetensors and smollm2.json: what transformers computes with the dequantised weights of the GGUF file.

    pip install torch transformers gguf safetensors && python make_smollm2.py model.gguf

For each prompt and each site eight numbers at fixed places and the root mean square of all, so that the file stays
small: `sites` is [prompt, site, 9]. Greedy continuations of 50 tokens stand in the JSON file.
"""

import json
import sys

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from safetensors.numpy import save_file
from transformers import LlamaConfig, LlamaForCausalLM

PROMPTS = [
    "The capital of France is", "Once upon a time", "2 + 2 =", "def fibonacci(n):\n", "Water boils at",
    "The three laws of thermodynamics are", "Dear Sir or Madam,", "In 1969, humans first", "snow ☃ and crabs 🦀",
    "Roses are red,", "SELECT name FROM", "The mitochondria is the", "My favourite colour is", "日本の首都は", "To be, or not to be,",
    "A triangle has", "The opposite of hot is", "import numpy as np\n", "Q: What is the largest planet?\nA:",
    "<|im_start|>user\nName a fruit.<|im_end|>\n<|im_start|>assistant\n",
]

torch.set_num_threads(1)
reader = GGUFReader(sys.argv[1])
get = lambda k: reader.fields[k].contents()
heads, groups = get("llama.attention.head_count"), get("llama.attention.head_count_kv")
config = LlamaConfig(
    vocab_size=49152, hidden_size=get("llama.embedding_length"), intermediate_size=get("llama.feed_forward_length"),
    num_hidden_layers=get("llama.block_count"), num_attention_heads=heads, num_key_value_heads=groups,
    max_position_embeddings=get("llama.context_length"), rms_norm_eps=get("llama.attention.layer_norm_rms_epsilon"),
    rope_parameters=dict(rope_type="default", rope_theta=get("llama.rope.freq_base")), tie_word_embeddings=True,
    attn_implementation="eager", bos_token_id=1, eos_token_id=2,
)
model = LlamaForCausalLM(config).eval()
NAMES = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}
state = {}
for t in reader.tensors:
    x = torch.from_numpy(np.array(dequantize(t.data, t.tensor_type), dtype=np.float32))
    part = t.name.split(".")
    if part[0] == "blk":
        if part[2] in ("attn_q", "attn_k"):
            n = heads if part[2] == "attn_q" else groups
            x = x.reshape(n, x.shape[0] // n // 2, 2, x.shape[1]).swapaxes(1, 2).reshape(x.shape)
        state[f"model.layers.{part[1]}.{NAMES[part[2]]}.weight"] = x
    else:
        state[{"token_embd": "model.embed_tokens.weight", "output_norm": "model.norm.weight"}[part[0]]] = x
missing, unexpected = model.load_state_dict(state, strict=False)
assert not unexpected and missing in ([], ["lm_head.weight"]), (missing, unexpected)
model.tie_weights()

found, order = {}, []


def keep(name, x):
    if name not in found:
        order.append(name)
    found[name] = x.detach().float()


def split(x, n):
    return x.unflatten(-1, (n, -1)).transpose(1, 2)


out = lambda name, f=lambda y: y: lambda m, a, y: keep(name, f(y[0] if isinstance(y, tuple) else y))
into = lambda name, f=lambda y: y: lambda m, a: keep(name, f(a[0]))
model.model.embed_tokens.register_forward_hook(out("embed"))
for l, b in enumerate(model.model.layers):
    at = f"blocks.{l}."
    b.input_layernorm.register_forward_pre_hook(into(at + "resid_pre"))
    b.input_layernorm.register_forward_hook(out(at + "attn.in"))
    b.self_attn.q_proj.register_forward_hook(out(at + "attn.q", lambda y: split(y, heads)))
    b.self_attn.k_proj.register_forward_hook(out(at + "attn.k", lambda y: split(y, groups)))
    b.self_attn.v_proj.register_forward_hook(out(at + "attn.v", lambda y: split(y, groups)))
    b.self_attn.register_forward_hook(lambda m, a, y, at=at: keep(at + "attn.pattern", y[1]))
    b.self_attn.o_proj.register_forward_pre_hook(into(at + "attn.z", lambda y: split(y, heads)))
    b.self_attn.o_proj.register_forward_hook(out(at + "attn.out"))
    b.post_attention_layernorm.register_forward_pre_hook(into(at + "resid_mid"))
    b.post_attention_layernorm.register_forward_hook(out(at + "mlp.in"))
    b.mlp.gate_proj.register_forward_hook(out(at + "mlp.pre"))
    b.mlp.up_proj.register_forward_hook(out(at + "mlp.up"))
    b.mlp.down_proj.register_forward_pre_hook(into(at + "mlp.post"))
    b.mlp.down_proj.register_forward_hook(out(at + "mlp.out"))
    b.register_forward_hook(out(at + "resid_post"))
model.model.norm.register_forward_hook(out("final_norm"))

from transformers import PreTrainedTokenizerFast
import tokenizers as T

tokens, merges, types = (get("tokenizer.ggml." + k) for k in ("tokens", "merges", "token_type"))
t = T.Tokenizer(T.models.BPE({w: i for i, w in enumerate(tokens)}, [tuple(m.split(" ")) for m in merges]))
t.pre_tokenizer = T.pre_tokenizers.Sequence(
    [T.pre_tokenizers.Digits(individual_digits=True), T.pre_tokenizers.ByteLevel(add_prefix_space=False)])
t.add_special_tokens([T.AddedToken(w, normalized=False) for w, k in zip(tokens, types) if k == 3])

sites, continuations, ids_of = [], [], []
with torch.no_grad():
    for prompt in PROMPTS:
        ids = t.encode(prompt, add_special_tokens=False).ids
        found.clear()
        keep("logits", model(torch.tensor([ids])).logits)
        names = [n for n in order if n in found]
        rows = []
        for n in names:
            x = found[n].contiguous().flatten()
            at = [(i * 2654435761) % len(x) for i in range(1, 9)]
            rows.append([float(x[i]) for i in at] + [float(x.double().square().mean().sqrt())])
        sites.append(rows)
        ids_of.append(ids)
        grown = list(ids)
        for _ in range(50):
            grown.append(int(model(torch.tensor([grown])).logits[0, -1].argmax()))
        continuations.append(grown[len(ids):])
        print(repr(prompt), len(ids), repr(t.decode(continuations[-1])))
save_file({"sites": np.array(sites, dtype=np.float32)}, "smollm2.safetensors")
json.dump({"prompts": PROMPTS, "ids": ids_of, "sites": names, "greedy": continuations}, open("smollm2.json", "w"), ensure_ascii=False)
