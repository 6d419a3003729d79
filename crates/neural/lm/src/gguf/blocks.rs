//! Block formats: how a few numbers share a scale, and how they become `f32` again.
//!
//! A quantised tensor is a row of blocks. The plain formats (`Q4_0` to `Q8_0`) hold 32 numbers under one scale and, for
//! `_1`, one minimum. The K formats hold 256 numbers: a super-block whose eight or sixteen parts have small scales of
//! their own, which are multiplied with the super-block's scale. Layouts follow the reference in ggml; the tests
//! compare with its Python package bit for bit.

use half::{bf16, f16};

/// A number format of a GGUF tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, non_camel_case_types)]
pub enum Kind {
    F32,
    F16,
    BF16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q4_K,
    Q5_K,
    Q6_K,
}

/// Every format that can be read, with its number in the file format, values per block and bytes per block.
const KINDS: [(Kind, &str, u32, usize, usize); 11] = [
    (Kind::F32, "F32", 0, 1, 4),
    (Kind::F16, "F16", 1, 1, 2),
    (Kind::BF16, "BF16", 30, 1, 2),
    (Kind::Q4_0, "Q4_0", 2, 32, 18),
    (Kind::Q4_1, "Q4_1", 3, 32, 20),
    (Kind::Q5_0, "Q5_0", 6, 32, 22),
    (Kind::Q5_1, "Q5_1", 7, 32, 24),
    (Kind::Q8_0, "Q8_0", 8, 32, 34),
    (Kind::Q4_K, "Q4_K", 12, 256, 144),
    (Kind::Q5_K, "Q5_K", 13, 256, 176),
    (Kind::Q6_K, "Q6_K", 14, 256, 210),
];

/// Names of formats that exist but cannot be read, so that messages can name them.
const OTHERS: [(u32, &str); 18] = [
    (9, "Q8_1"),
    (10, "Q2_K"),
    (11, "Q3_K"),
    (15, "Q8_K"),
    (16, "IQ2_XXS"),
    (17, "IQ2_XS"),
    (18, "IQ3_XXS"),
    (19, "IQ1_S"),
    (20, "IQ4_NL"),
    (21, "IQ3_S"),
    (22, "IQ2_S"),
    (23, "IQ4_XS"),
    (24, "I8"),
    (25, "I16"),
    (26, "I32"),
    (27, "I64"),
    (28, "F64"),
    (29, "IQ1_M"),
];

impl Kind {
    fn row(self) -> &'static (Kind, &'static str, u32, usize, usize) {
        KINDS.iter().find(|k| k.0 == self).expect("every kind has its row")
    }
    /// The format with this number in the file, or its name for a message.
    pub(crate) fn of(number: u32) -> Result<Self, String> {
        if let Some(k) = KINDS.iter().find(|k| k.2 == number) {
            return Ok(k.0);
        }
        Err(OTHERS.iter().find(|o| o.0 == number).map_or_else(|| format!("type {number}"), |o| o.1.to_string()))
    }
    /// Names of all formats that can be read.
    pub(crate) fn supported() -> String {
        KINDS.map(|k| k.1).join(", ")
    }
    /// The name as the file format spells it.
    pub fn name(self) -> &'static str {
        self.row().1
    }
    /// How many numbers one block holds.
    pub fn block(self) -> usize {
        self.row().3
    }
    /// How many bytes one block takes.
    pub fn bytes(self) -> usize {
        self.row().4
    }

    /// Turns whole blocks into numbers.
    ///
    /// # Panics
    /// When `from` is not whole blocks or `to` has not room for exactly their numbers: the reader has checked both.
    pub(crate) fn dequantise(self, from: &[u8], to: &mut [f32]) {
        let (block, bytes) = (self.block(), self.bytes());
        assert!(from.len() % bytes == 0 && from.len() / bytes * block == to.len(), "whole blocks");
        let blocks = from.chunks_exact(bytes).zip(to.chunks_exact_mut(block));
        match self {
            Self::F32 => blocks.for_each(|(x, y)| y[0] = f32::from_le_bytes([x[0], x[1], x[2], x[3]])),
            Self::F16 => blocks.for_each(|(x, y)| y[0] = half_at(x, 0)),
            Self::BF16 => blocks.for_each(|(x, y)| y[0] = bf16::from_le_bytes([x[0], x[1]]).to_f32()),
            Self::Q4_0 => blocks.for_each(|(x, y)| nibbles(&x[2..], y, half_at(x, 0), 8.0, None, 0.0)),
            Self::Q4_1 => blocks.for_each(|(x, y)| nibbles(&x[4..], y, half_at(x, 0), 0.0, None, half_at(x, 2))),
            Self::Q5_0 => blocks.for_each(|(x, y)| nibbles(&x[6..], y, half_at(x, 0), 16.0, Some(&x[2..6]), 0.0)),
            Self::Q5_1 => {
                blocks.for_each(|(x, y)| nibbles(&x[8..], y, half_at(x, 0), 0.0, Some(&x[4..8]), half_at(x, 2)))
            }
            Self::Q8_0 => blocks.for_each(|(x, y)| {
                let d = half_at(x, 0);
                y.iter_mut().zip(&x[2..]).for_each(|(y, &q)| *y = d * f32::from(q as i8));
            }),
            Self::Q4_K => blocks.for_each(|(x, y)| k_nibbles(x, &x[16..], None, y)),
            Self::Q5_K => blocks.for_each(|(x, y)| k_nibbles(x, &x[48..], Some(&x[16..48]), y)),
            Self::Q6_K => blocks.for_each(|(x, y)| six(x, y)),
        }
    }
}

fn half_at(x: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([x[at], x[at + 1]]).to_f32()
}

/// 32 numbers of four bits, low halves first, with a fifth bit from `high` where there is one:
/// `y = scale (q - centre) + minimum`.
fn nibbles(q: &[u8], y: &mut [f32], scale: f32, centre: f32, high: Option<&[u8]>, minimum: f32) {
    let high = high.map_or(0, |h| u32::from_le_bytes([h[0], h[1], h[2], h[3]]));
    for (j, &q) in q.iter().enumerate().take(16) {
        let fifth = |i: usize| ((high >> i & 1) << 4) as u8;
        y[j] = scale * (f32::from(q & 15 | fifth(j)) - centre) + minimum;
        y[j + 16] = scale * (f32::from(q >> 4 | fifth(j + 16)) - centre) + minimum;
    }
}

/// Scale and minimum of part `j` of eight, six bits each, packed in twelve bytes.
fn scale_min(s: &[u8], j: usize) -> (f32, f32) {
    let (scale, min) = match j < 4 {
        true => (s[j] & 63, s[j + 4] & 63),
        false => (s[j + 4] & 15 | (s[j - 4] >> 6) << 4, s[j + 4] >> 4 | (s[j] >> 6) << 4),
    };
    (f32::from(scale), f32::from(min))
}

/// `Q4_K` and `Q5_K`: eight parts of 32 numbers; two parts share 32 bytes, low halves and high halves.
fn k_nibbles(x: &[u8], q: &[u8], high: Option<&[u8]>, y: &mut [f32]) {
    let (d, dmin) = (half_at(x, 0), half_at(x, 2));
    for part in 0..8 {
        let (scale, min) = scale_min(&x[4..16], part);
        let (scale, min) = (d * scale, dmin * min);
        let q = &q[part / 2 * 32..][..32];
        for (l, y) in y[part * 32..][..32].iter_mut().enumerate() {
            let low = if part % 2 == 0 { q[l] & 15 } else { q[l] >> 4 };
            let fifth = high.map_or(0, |h| (h[l] >> part & 1) << 4);
            *y = scale * f32::from(low | fifth) - min;
        }
    }
}

/// `Q6_K`: sixteen parts of 16 numbers; four low bits and two high bits lie apart.
fn six(x: &[u8], y: &mut [f32]) {
    let d = half_at(x, 208);
    for half in 0..2 {
        let (low, high) = (&x[half * 64..][..64], &x[128 + half * 32..][..32]);
        let scales = &x[192 + half * 8..][..8];
        for quarter in 0..4 {
            for l in 0..32 {
                let nibble = low[l + quarter % 2 * 32] >> (quarter / 2 * 4) & 15;
                let q = (nibble | (high[l] >> (2 * quarter) & 3) << 4) as i8 - 32;
                let scale = d * f32::from(scales[quarter * 2 + l / 16] as i8);
                y[half * 128 + quarter * 32 + l] = scale * f32::from(q);
            }
        }
    }
}
