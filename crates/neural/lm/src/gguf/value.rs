//! Metadata values of a GGUF file, and the careful reading of them.
//!
//! Everything a header promises (lengths, counts) is held against the bytes that are left before memory is taken, so a
//! hostile header costs no more than its own size.

use super::Header;
use crate::error::Result;

/// A metadata value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Any whole number.
    Int(i128),
    /// Any floating-point number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// Text.
    String(String),
    /// A list of texts.
    Strings(Vec<String>),
    /// A list of whole numbers (truth values count as 0 and 1).
    Ints(Vec<i64>),
    /// A list of floating-point numbers.
    Floats(Vec<f32>),
}

/// More entries than the largest vocabulary has.
const LONGEST: u64 = 1 << 24;

/// Numbers of the value types in the file format.
mod tag {
    pub const BOOL: u32 = 7;
    pub const STRING: u32 = 8;
    pub const ARRAY: u32 = 9;
}

/// Bytes that one value of a type takes at least.
fn least(kind: u32) -> Option<u64> {
    Some(match kind {
        0 | 1 | tag::BOOL => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 | tag::STRING => 8,
        _ => return None,
    })
}

impl Value {
    pub(super) fn read(h: &mut Header, key: &str) -> Result<Self> {
        let kind = h.u32()?;
        if kind != tag::ARRAY {
            return Self::single(h, kind, key);
        }
        let (kind, count) = (h.u32()?, h.u64()?);
        let Some(least) = least(kind) else {
            return Err(h.bad(key, format!("lists of value type {kind} are not known")));
        };
        if count.checked_mul(least).is_none_or(|bytes| bytes > h.left()) {
            return Err(h.bad(key, format!("promises {count} entries, the file ends before them")));
        }
        if count > LONGEST {
            return Err(h.bad(key, format!("promises {count} entries; lists up to {LONGEST} are read")));
        }
        let n = count as usize;
        Ok(match kind {
            tag::STRING => Self::Strings((0..n).map(|_| h.string(key)).collect::<Result<_>>()?),
            6 | 12 => Self::Floats(
                (0..n)
                    .map(|_| Ok(Self::single(h, kind, key)?.float().unwrap_or_default() as f32))
                    .collect::<Result<_>>()?,
            ),
            _ => Self::Ints(
                (0..n)
                    .map(|_| match Self::single(h, kind, key)? {
                        Self::Int(i) => i64::try_from(i).map_err(|_| h.bad(key, "a number above 2^63")),
                        Self::Bool(b) => Ok(i64::from(b)),
                        _ => Err(h.bad(key, "no number")),
                    })
                    .collect::<Result<_>>()?,
            ),
        })
    }

    fn single(h: &mut Header, kind: u32, key: &str) -> Result<Self> {
        Ok(match kind {
            0 => Self::Int(u8::from_le_bytes(h.take()?).into()),
            1 => Self::Int(i8::from_le_bytes(h.take()?).into()),
            2 => Self::Int(u16::from_le_bytes(h.take()?).into()),
            3 => Self::Int(i16::from_le_bytes(h.take()?).into()),
            4 => Self::Int(u32::from_le_bytes(h.take()?).into()),
            5 => Self::Int(i32::from_le_bytes(h.take()?).into()),
            6 => Self::Float(f32::from_le_bytes(h.take()?).into()),
            tag::BOOL => match h.take::<1>()? {
                [b @ (0 | 1)] => Self::Bool(b == 1),
                [b] => return Err(h.bad(key, format!("truth value {b}"))),
            },
            tag::STRING => Self::String(h.string(key)?),
            10 => Self::Int(u64::from_le_bytes(h.take()?).into()),
            11 => Self::Int(i64::from_le_bytes(h.take()?).into()),
            12 => Self::Float(f64::from_le_bytes(h.take()?)),
            _ => return Err(h.bad(key, format!("value type {kind} is not known"))),
        })
    }

    /// The number, if it is one.
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(*i as f64),
            Self::Float(f) => Some(*f),
            _ => None,
        }
    }
    /// The whole number, if it is one that fits.
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::Int(i) => usize::try_from(*i).ok(),
            _ => None,
        }
    }
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }
}
