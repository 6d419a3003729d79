"""The peers' side of bench/lm: the same file's weights, dequantised, in `transformers` and in `transformer-lens`.

    peers.py export model.gguf FOLDER     writes a model folder with the dequantised weights, once
    peers.py transformers FOLDER          prints work <tab> seconds or bytes
    peers.py transformer-lens FOLDER
"""
import json
import os
import resource
import sys
import time

import torch

torch.set_num_threads(int(os.environ.get("THREADS", "2")))
PROMPT, DECODED, AFTER = 512, 64, 448


def export(file, folder):
    import numpy as np
    from gguf import GGUFReader
    from gguf.quants import dequantize
    from transformers import LlamaConfig, LlamaForCausalLM

    if os.path.exists(os.path.join(folder, "done")):
        return
    reader = GGUFReader(file)
    get = lambda k: reader.fields[k].contents()
    heads, groups = get("llama.attention.head_count"), get("llama.attention.head_count_kv")
    tokens = get("tokenizer.ggml.tokens")
    config = LlamaConfig(
        vocab_size=len(tokens), hidden_size=get("llama.embedding_length"),
        intermediate_size=get("llama.feed_forward_length"), num_hidden_layers=get("llama.block_count"),
        num_attention_heads=heads, num_key_value_heads=groups, max_position_embeddings=get("llama.context_length"),
        rms_norm_eps=get("llama.attention.layer_norm_rms_epsilon"),
        rope_parameters=dict(rope_type="default", rope_theta=get("llama.rope.freq_base")), tie_word_embeddings=True,
        bos_token_id=1, eos_token_id=2, architectures=["LlamaForCausalLM"],
    )
    names = {
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
            state[f"model.layers.{part[1]}.{names[part[2]]}.weight"] = x
        else:
            state[{"token_embd": "model.embed_tokens.weight", "output_norm": "model.norm.weight"}[part[0]]] = x
    model = LlamaForCausalLM(config)
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and missing in ([], ["lm_head.weight"]), (missing, unexpected)
    model.tie_weights()
    model.save_pretrained(folder)
    # transformer-lens asks for a tokenizer; what it is plays no part here.
    import tokenizers as T
    from transformers import PreTrainedTokenizerFast

    merges = [tuple(m.split(" ")) for m in get("tokenizer.ggml.merges")]
    t = T.Tokenizer(T.models.BPE({w: i for i, w in enumerate(tokens)}, merges))
    t.pre_tokenizer = T.pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = T.decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=t, bos_token=tokens[1], eos_token=tokens[2], pad_token=tokens[2],
                            unk_token=tokens[0]).save_pretrained(folder)
    open(os.path.join(folder, "done"), "w").close()


def best(f, times=3):
    least = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        f()
        least = min(least, time.perf_counter() - start)
    return least


def tell(name, value):
    print(f"{name}\t{value}", flush=True)


def peak():
    tell("peak memory, bytes", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def prompt(n, start=0):
    return torch.tensor([[(start + i) * 37 % 40_000 for i in range(n)]])


def transformers(folder):
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        ids = prompt(PROMPT)
        tell("prefill 512", best(lambda: model(ids, logits_to_keep=1)))
        tell("all logits 512", best(lambda: model(ids)))
        kept = {}
        hooks = []
        # Both layers' ends, and what attention and feed-forward layers give: by forward hooks, as its users do.
        keep = lambda name, pick: lambda m, a, y: kept.__setitem__(name, pick(a, y))
        for l, b in enumerate(model.model.layers):
            first = lambda a, y: y[0] if isinstance(y, tuple) else y
            hooks.append(b.register_forward_pre_hook(lambda m, a, l=l: kept.__setitem__(f"{l}.pre", a[0])))
            hooks.append(b.register_forward_hook(keep(f"{l}.post", first)))
            hooks.append(b.self_attn.register_forward_hook(keep(f"{l}.attn", first)))
            hooks.append(b.post_attention_layernorm.register_forward_pre_hook(
                lambda m, a, l=l: kept.__setitem__(f"{l}.mid", a[0])))
            hooks.append(b.mlp.register_forward_hook(keep(f"{l}.mlp", first)))
        tell("recorded 512", best(lambda: model(ids, logits_to_keep=1)))
        assert len(kept) == 5 * len(model.model.layers)
        [h.remove() for h in hooks]
        kept.clear()

        def decode(before):
            cache = None
            if before:
                cache = model(prompt(before), logits_to_keep=1, use_cache=True).past_key_values
            start = time.perf_counter()
            for i in range(DECODED):
                out = model(prompt(1, i), past_key_values=cache, use_cache=True)
                cache = out.past_key_values
            return time.perf_counter() - start

        tell("decode 64", min(decode(0) for _ in range(3)))
        tell("decode 64 after 448", min(decode(AFTER) for _ in range(3)))
    peak()


def transformer_lens(folder):
    from transformer_lens.model_bridge import TransformerBridge

    os.environ["HF_HUB_OFFLINE"] = "1"
    model = TransformerBridge.boot_transformers(folder, dtype=torch.float32, device="cpu")
    model.eval()
    ends = ("hook_resid_pre", "hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out")
    wanted = lambda name: name.endswith(ends)
    with torch.no_grad():
        ids = prompt(PROMPT)
        tell("all logits 512", best(lambda: model(ids)))
        tell("recorded 512", best(lambda: model.run_with_cache(ids, names_filter=wanted)))
        _, cache = model.run_with_cache(prompt(4), names_filter=wanted)
        print(len(cache), "activations recorded", file=sys.stderr)
    peak()


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    {"export": export, "transformers": transformers, "transformer-lens": transformer_lens}[what](*rest)
