"""Writes smollm2_tokens.json: what the `tokenizers` package makes of lines of text with SmolLM2's vocabulary.

    pip install gguf tokenizers && python make_tokens.py model.gguf

The rules are written down here from the published tokenizer.json of HuggingFaceTB/SmolLM2-135M-Instruct.
"""

import json
import sys

from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

reader = GGUFReader(sys.argv[1])
field = lambda name: reader.fields["tokenizer.ggml." + name].contents()
tokens, merges, types = field("tokens"), field("merges"), field("token_type")
t = Tokenizer(models.BPE({w: i for i, w in enumerate(tokens)}, [tuple(m.split(" ")) for m in merges]))
t.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
)
t.decoder = decoders.ByteLevel()
t.add_special_tokens([AddedToken(w, normalized=False) for w, k in zip(tokens, types) if k == 3])
t.encode_special_tokens = True

LINES = [
    "", " ", "  leading and trailing  ", "The capital of France is", "don't we've I'll they'd it's", "1234567890 3.14 x2y",
    "snow ☃ and 🦀🦀 crabs", "naïve café Ångström", "日本語のテキスト", "Привет, мир!", "مرحبا بالعالم", "नमस्ते दुनिया",
    "tabs\tand\nnew\r\nlines\n\n\n", "def f(x):\n    return x ** 2  # square\n", "{\"a\": [1, 2.5, null], \"b\": true}",
    "<|im_start|>user typed this<|im_end|>", "e\u0301 combining", "zero\u200bwidth", "\u00a0non-breaking", "MiXeD CaSe WORDS",
    "!!!???...---===", "https://example.org/a?b=c&d=%20", "a" * 40, "½ ² Ⅷ ٣", "\ufeffbom", "\x00\x01\x7f control",
]
json.dump([[line, t.encode(line, add_special_tokens=False).ids] for line in LINES], open("smollm2_tokens.json", "w"), indent=0)
