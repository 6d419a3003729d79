"""Runs one program in ProbLog and prints its answers and the seconds of inference as JSON.

Usage: peer.py KIND FILE, where KIND is the knowledge compiler (`ddnnf` or `sdd`). Reading and parsing the file are not timed:
the clock runs over grounding, compilation and evaluation only.
"""

import json
import sys
import time

from problog import get_evaluatable
from problog.program import PrologFile


def main(kind, path):
    model = PrologFile(path)
    start = time.perf_counter()
    answers = get_evaluatable(kind).create_from(model).evaluate()
    seconds = time.perf_counter() - start
    print(json.dumps({"answers": {str(q): float(p) for q, p in answers.items()}, "seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
