#!/bin/sh
# Makes the benches' own Python environment in bench/.venv and installs the published peers into it.
# Needs Python 3.9 or newer. Run once: `sh bench/setup.sh`. Delete bench/.venv to start afresh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$here/.venv"
# pysdd is optional for ProbLog: with it `-k sdd` works, without it only the bundled d-DNNF compiler. Where it cannot be
# installed the bench measures the d-DNNF compiler alone.
"$here/.venv/bin/pip" install --quiet "problog==2.3.0"
"$here/.venv/bin/pip" install --quiet "pysdd==1.0.6" || echo "pysdd is not available here: only d-DNNF is measured" >&2
"$here/.venv/bin/pip" list
