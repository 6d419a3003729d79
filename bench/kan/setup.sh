#!/bin/sh
# Makes this bench's own Python environment in bench/kan/.venv and installs pykan into it. Needs Python 3.10 or newer.
# Run once: `sh bench/kan/setup.sh`. Delete bench/kan/.venv to start afresh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$here/.venv"
pip="$here/.venv/bin/pip"
"$pip" install --quiet "pykan==0.2.8" "torch==2.13.0" numpy matplotlib sympy scikit-learn pandas tqdm pyyaml safetensors
"$pip" list
