"""Writes minilm.safetensors: sentence vectors of all-MiniLM-L6-v2 by transformers, for the sentences below.

    pip install torch transformers tokenizers safetensors && python make_minilm.py FOLDER_OF_THE_MODEL
"""

import sys

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertModel

SENTENCES = [
    "A crab walks sideways.", "The crustacean moved to the left.", "Interest rates rose again.", "snow ☃", "Ångström naïve CAFÉ",
    "A somewhat longer sentence, with commas, numbers like 1234.5, and (brackets), that is cut into many more pieces.",
]
t = Tokenizer.from_file(sys.argv[1] + "/tokenizer.json")
t.no_padding()
t.no_truncation()
model = BertModel.from_pretrained(sys.argv[1], attn_implementation="eager").eval()
rows = []
with torch.no_grad():
    for s in SENTENCES:
        h = model(torch.tensor([t.encode(s).ids])).last_hidden_state[0].mean(0)
        rows.append(h / h.norm())
save_file({"vectors": torch.stack(rows)}, "minilm.safetensors")
