#!/bin/sh
# Makes bench/constraints/.venv with LTNtorch and PyTorch. Run once; delete the folder to start afresh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$here/.venv"
"$here/.venv/bin/pip" install --quiet "LTNtorch==1.0.2" "torch==2.13.0" numpy
