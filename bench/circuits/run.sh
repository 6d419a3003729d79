#!/bin/sh
# Circuits here and in klaycircuits, on the same circuits and batches; then the logic's share of a training step.
# `run.sh NAME...` for some circuits; THREADS (2), CLOCK=cpu with THREADS=1 for processor time on a busy machine, COMPILE=1 to let the peer try torch.compile too. See README.md beside this file.
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
python=${PYTHON:-bench/.venv/bin/python}
if ! "$python" -c "import klay, torch" 2>/dev/null; then
    [ -x "$python" ] || python3 -m venv bench/.venv
    bench/.venv/bin/pip install -q "klaycircuits==0.1.2" "torch==2.13.0" numpy
    python=bench/.venv/bin/python
fi
export THREADS=${THREADS:-2}
export RAYON_NUM_THREADS=$THREADS
# PROFILE=dev uses the development build, in which the kernels are optimised too.
profile=${PROFILE:-release}
cargo build -q --profile "$profile" -p symbolon-learn --example circuits
folder=$([ "$profile" = dev ] && echo debug || echo "$profile")
ours=target/$folder/examples/circuits
mkdir -p bench/results
"$ours" export bench/results/circuits
"$ours" measure "$@" >bench/results/circuits-ours.txt
"$python" bench/circuits/peer.py bench/results/circuits "$@" >bench/results/circuits-peer.txt
"$python" bench/circuits/compare.py bench/results/circuits-ours.txt bench/results/circuits-peer.txt
"$ours" share
