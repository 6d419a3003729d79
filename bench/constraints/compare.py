"""Sets two runs side by side and fails when they disagree about a loss or the size of a gradient."""

import sys

ours, peer = ([line.split("\t") for line in open(path)] for path in sys.argv[1:3])
print("| batch | ours, ms | LTNtorch, ms | ratio |\n| --- | --- | --- | --- |")
for a, b in zip(ours, peer, strict=True):
    for i in (2, 3):
        x, y = float(a[i]), float(b[i])
        # Sines of large numbers differ in their last digits between the two languages.
        if abs(x - y) > 2e-3 * max(1.0, abs(y)):
            sys.exit(f"batch {a[0]}: {x} here, {y} there")
    print(f"| {a[0]} | {float(a[1]):.3f} | {float(b[1]):.3f} | {float(b[1]) / float(a[1]):.1f} |")
