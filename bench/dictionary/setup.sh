#!/bin/sh
# Makes this bench's own Python environment in bench/dictionary/.venv and installs SAELens into it. Needs Python 3.10 or newer and
# about 2 GB. Run once: `sh bench/dictionary/setup.sh`. Delete bench/dictionary/.venv to start afresh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$here/.venv"
"$here/.venv/bin/pip" install --quiet "torch==2.13.0" "sae-lens==6.54.12"
"$here/.venv/bin/pip" list
