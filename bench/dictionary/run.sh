#!/bin/sh
# Trains the same dictionaries with our trainer and with SAELens, one after the other, three rounds; see README.md beside this file.
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
python=${PYTHON:-bench/dictionary/.venv/bin/python}
export THREADS=${THREADS:-2}
export RAYON_NUM_THREADS=$THREADS
units=${UNITS:-576}
steps=${STEPS:-60}
batch=${BATCH:-512}
file=$(mktemp -d)/rows.safetensors
"$python" bench/dictionary/rows.py "$units" "$file"
if [ -z "$OURS" ]; then
    cargo build -q --release -p symbolon-read --example dictionary
    OURS=target/release/examples/dictionary
fi
for features in ${FEATURES:-2304 4608}; do
    for round in 1 2 3; do
        for kind in topk l1; do
            k=32
            [ $kind = l1 ] && k=${L1:-2}
            echo "$features $kind ours: $("$OURS" speed $kind "$units" "$features" $k "$batch" "$steps" "$file")"
            echo "$features $kind SAELens: $("$python" bench/dictionary/peer.py $kind "$features" $k "$batch" "$steps" "$file" 2>/dev/null)"
        done
    done
done
rm -r "$(dirname "$file")"
