#!/bin/sh
# Makes this bench's own Python environment in bench/sums/.venv and installs DeepProbLog into it. Needs Python 3.10 or newer.
# Run once: `sh bench/sums/setup.sh`. Delete bench/sums/.venv to start afresh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$here/.venv"
pip="$here/.venv/bin/pip"
"$pip" install --quiet "problog==2.3.0" "pysdd==1.0.6" "torch==2.13.0" numpy pillow
# It also asks for torchvision, which only its examples' download of MNIST uses: we bring our own digits.
"$pip" install --quiet --no-deps "deepproblog==2.1.0"
"$pip" list
