"""Holds lines of JSON against a schema with `jsonschema`: check_json.py SCHEMA SAMPLES.jsonl."""
import collections
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
validator = jsonschema.Draft202012Validator(schema)
right, wrong, seen = 0, [], collections.Counter()
for number, line in enumerate(open(sys.argv[2], encoding="utf-8"), 1):
    try:
        value = json.loads(line)
        validator.validate(value)
        right += 1
        seen[json.dumps(value, sort_keys=True)] += 1
    except (ValueError, jsonschema.ValidationError) as e:
        wrong.append((number, str(e).splitlines()[0], line.strip()[:100]))
print(f"{right} of {right + len(wrong)} samples are valid, {len(seen)} different ones")
for w in wrong[:10]:
    print(*w)
sys.exit(bool(wrong))
