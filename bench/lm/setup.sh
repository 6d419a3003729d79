#!/bin/sh
# Makes this bench's own Python environment in bench/lm/.venv and installs the published peers into it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$here/.venv"
"$here/.venv/bin/pip" install --quiet "torch==2.13.0" "transformers==5.23.0" "transformer-lens==4.3.0" "gguf==0.19.0" numpy
