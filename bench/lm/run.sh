#!/bin/sh
# Measures our language models and the peers' on the same weights and threads; see README.md beside this file.
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
model=smollm2-135m
python=${PYTHON:-bench/lm/.venv/bin/python}
"$python" -c "import torch, transformers, transformer_lens, gguf" 2>/dev/null || sh bench/lm/setup.sh
export THREADS=${THREADS:-2}
export RAYON_NUM_THREADS=$THREADS
profile=${PROFILE:-release}
[ "$profile" = release ] && flag=--release || flag=
[ -n "$NO_BUILD" ] || cargo build -q $flag -p symbolon-cli -p symbolon-lm --bin symbolon --example bench_lm
bin=target/$profile
symbolon=$bin/symbolon
# Fetches the model unless it is there; prints its folder.
file=$("$symbolon" models get "$model")/model.gguf
work=bench/results/lm
mkdir -p "$work"
rm -f "$work"/*.tsv
"$python" bench/lm/peers.py export "$file" "$work/hf"
for round in 1 2 3; do
    "$bin/examples/bench_lm" "$file" >>"$work/ours.tsv"
    for peer in transformers transformer-lens; do
        "$python" bench/lm/peers.py $peer "$work/hf" >>"$work/$peer.tsv"
    done
done
python3 bench/lm/compare.py "$work/ours.tsv" "$work/transformers.tsv" "$work/transformer-lens.tsv"
