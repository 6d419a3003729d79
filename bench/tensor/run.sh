#!/bin/sh
# Measures our tensors and PyTorch's on the same work; see README.md beside this file.
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
python=${PYTHON:-bench/.venv/bin/python}
if ! "$python" -c "import torch" 2>/dev/null; then
    # The other benches share this environment and may have made it without PyTorch.
    [ -x bench/.venv/bin/python ] || python3 -m venv bench/.venv
    bench/.venv/bin/pip install -q torch==2.13.0 numpy
    python=bench/.venv/bin/python
fi
export THREADS=${THREADS:-2}
export RAYON_NUM_THREADS=$THREADS
cargo build -q --release -p symbolon-tensor --example bench
mkdir -p bench/results
rm -f bench/results/tensor-ours.txt bench/results/tensor-peer.txt
for round in 1 2 3; do
    target/release/examples/bench "$@" >>bench/results/tensor-ours.txt
    "$python" bench/tensor/reference.py "$@" >>bench/results/tensor-peer.txt
done
python3 bench/tensor/compare.py bench/results/tensor-ours.txt bench/results/tensor-peer.txt
