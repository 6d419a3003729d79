#!/bin/sh
# Constraint losses here and in LTNtorch, the same formulas under the same logic; 2 threads. PROFILE=dev uses the development build, in
# which tensors and this crate are optimised too.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
python=${PYTHON:-$here/.venv/bin/python}
export THREADS=${THREADS:-2}
export RAYON_NUM_THREADS=$THREADS
profile=${PROFILE:-release}
cargo build -q --profile "$profile" -p symbolon-learn --example constraints
folder=$([ "$profile" = dev ] && echo debug || echo "$profile")
mkdir -p bench/results
"target/$folder/examples/constraints" >bench/results/constraints-ours.txt
"$python" bench/constraints/peer.py >bench/results/constraints-peer.txt
"$python" bench/constraints/compare.py bench/results/constraints-ours.txt bench/results/constraints-peer.txt
