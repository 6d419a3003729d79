"""Writes kinds.gguf: random blocks of every format beside the numbers that the `gguf` package makes of them.

    pip install gguf numpy && python make_gguf.py
"""

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Q, GGUFWriter
from gguf.quants import dequantize

rng = np.random.default_rng(7)
ROWS = 3
# Where the half-precision scales of a block lie; everything else may be any bits.
SCALES = {Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0], Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208]}

w = GGUFWriter("kinds.gguf", "none")
w.add_string("text", "snow ☃")
w.add_uint8("u8", 255)
w.add_int8("i8", -128)
w.add_uint16("u16", 65535)
w.add_int16("i16", -32768)
w.add_uint32("u32", 4294967295)
w.add_int32("i32", -2147483648)
w.add_uint64("u64", 18446744073709551615)
w.add_int64("i64", -9223372036854775808)
w.add_float32("f32", 0.5)
w.add_float64("f64", 0.1)
w.add_bool("yes", True)
w.add_array("strings", ["a", "", "ü"])
w.add_array("ints", [1, -2, 3])
w.add_array("floats", [0.5, -0.25])

for kind in [Q.F16, Q.BF16, *SCALES]:
    block, size = GGML_QUANT_SIZES[kind]
    n = max(1, 256 // block)
    if kind in SCALES:
        raw = rng.integers(0, 256, (ROWS, n, size), dtype=np.uint8)
        for at in SCALES[kind]:
            raw[:, :, at : at + 2] = rng.normal(0, 0.05, (ROWS, n, 1)).astype(np.float16).view(np.uint8)
        raw = raw.reshape(ROWS, n * size)
    else:
        x = rng.normal(0, 1, (ROWS, n)).astype(np.float32)
        raw = (x.astype(np.float16) if kind == Q.F16 else (x.view(np.uint32) >> 16).astype(np.uint16)).view(np.uint8)
    w.add_tensor(kind.name, raw, raw_dtype=kind)
    w.add_tensor(kind.name + ".expected", np.asarray(dequantize(raw, kind), dtype=np.float32))

w.write_header_to_file()
w.write_kv_data_to_file()
w.write_tensors_to_file()
w.close()
