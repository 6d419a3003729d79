//! One tensor in NumPy's own format (versions 1 to 3, either byte order, either memory order).

use super::{format, io, replace};
use crate::dtype::DType;
use crate::engine;
use crate::error::Result;
use crate::shape::count;
use crate::tensor::Tensor;
use std::path::Path;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Writes a tensor for `numpy.load`. `BF16` numbers, which NumPy does not have, are written as `F32`.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be written.
pub fn write_npy(path: impl AsRef<Path>, x: &Tensor) -> Result<()> {
    let path = path.as_ref();
    let x = if x.dtype() == DType::BF16 { x.to(DType::F32) } else { x.detach() };
    let order = if cfg!(target_endian = "big") { '>' } else { '<' };
    let kind = match x.dtype() {
        DType::F64 => format!("{order}f8"),
        DType::F32 | DType::BF16 => format!("{order}f4"),
        DType::F16 => format!("{order}f2"),
        DType::I64 => format!("{order}i8"),
        DType::I32 => format!("{order}i4"),
        DType::U8 => "|u1".to_owned(),
        DType::Bool => "|b1".to_owned(),
    };
    let sizes: String = x.shape().iter().map(|n| format!("{n}, ")).collect();
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({sizes}), }}");
    // Magic, version, length and header together fill a multiple of 64 bytes.
    let wide = header.len() + 1 + 12 > 65_000;
    let fixed = if wide { 12 } else { 10 };
    let padding = (64 - (fixed + header.len() + 1) % 64) % 64;
    header.push_str(&" ".repeat(padding));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    match wide {
        true => {
            bytes.extend([2, 0]);
            bytes.extend((header.len() as u32).to_le_bytes());
        }
        false => {
            bytes.extend([1, 0]);
            bytes.extend((header.len() as u16).to_le_bytes());
        }
    }
    bytes.extend(header.as_bytes());
    bytes.extend(x.to_bytes());
    replace(path, |beside| std::fs::write(beside, &bytes).map_err(io(path)))
}

/// Reads a tensor written by `numpy.save`. Whole numbers of other widths become `I64`.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be read, [`Error::Format`](crate::Error::Format) when it is
/// not npy, is cut short, or holds something else than numbers.
pub fn read_npy(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(io(path))?;
    parse(&bytes).map_err(|problem| format(path, problem))
}

/// As [`read_npy`], for a file's bytes that came from elsewhere (an archive, say); `name` is for messages.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format) when it is not npy, is cut short, or holds something else than numbers.
pub fn parse_npy(name: impl AsRef<Path>, bytes: &[u8]) -> Result<Tensor> {
    parse(bytes).map_err(|problem| format(name.as_ref(), problem))
}

fn parse(bytes: &[u8]) -> std::result::Result<Tensor, String> {
    let body = bytes.strip_prefix(MAGIC).ok_or("this is no npy file")?;
    let (length, at): (usize, usize) = match body {
        [1, _, a, b, ..] => (u16::from_le_bytes([*a, *b]) as usize, 4),
        [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, 6),
        _ => return Err("unknown npy version".into()),
    };
    let header = body.get(at..at.saturating_add(length)).ok_or("the header is cut short")?;
    let header = std::str::from_utf8(header).map_err(|_| "the header is no text")?;
    let data = &body[at + length..];
    let value = |key: &str| -> std::result::Result<&str, String> {
        let at = header.find(&format!("'{key}'")).ok_or(format!("the header has no `{key}`"))?;
        let rest = &header[at + key.len() + 2..];
        Ok(rest.trim_start().strip_prefix(':').ok_or("the header has no colon")?.trim_start())
    };
    let kind = value("descr")?.strip_prefix('\'').and_then(|v| v.split('\'').next()).ok_or("a record, not numbers")?;
    let fortran = value("fortran_order")?.starts_with("True");
    let inside =
        value("shape")?.strip_prefix('(').and_then(|v| v.split(')').next()).ok_or("a shape without brackets")?;
    let shape: Vec<usize> = (inside.split(',').map(str::trim).filter(|s| !s.is_empty()))
        .map(|s| s.trim_end_matches('L').parse().map_err(|_| format!("`{s}` is no size")))
        .collect::<std::result::Result<_, String>>()?;
    let n = shape.iter().try_fold(1usize, |a, &b| a.checked_mul(b)).ok_or("a shape too large")?;
    let (order, code) = kind.split_at_checked(1).ok_or("an empty kind of number")?;
    let size: usize = code.get(1..).and_then(|s| s.parse().ok()).ok_or(format!("`{kind}` is no kind of number"))?;
    if data.len() != n.checked_mul(size).ok_or("a shape too large")? {
        return Err(format!("shape {shape:?} of `{kind}` needs {} bytes, there are {}", n * size, data.len()));
    }
    let mut data = data.to_vec();
    if (order == ">") != cfg!(target_endian = "big") && size > 1 && order != "|" {
        data.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    let stored: Vec<usize> = if fortran { shape.iter().rev().copied().collect() } else { shape.clone() };
    let make = |d: DType, data: Vec<u8>| Tensor::constant(engine::from_bytes(data, &stored, d));
    let whole = |f: &dyn Fn(&[u8]) -> i64| Tensor::of(data.chunks_exact(size).map(f).collect::<Vec<i64>>(), &stored);
    let x = match code {
        "f8" => make(DType::F64, data),
        "f4" => make(DType::F32, data),
        "f2" => make(DType::F16, data),
        "i8" => make(DType::I64, data),
        "i4" => make(DType::I32, data),
        "u1" => make(DType::U8, data),
        "b1" if data.iter().all(|&b| b <= 1) => make(DType::Bool, data),
        "i1" => whole(&|b| i64::from(b[0] as i8)),
        "i2" => whole(&|b| i64::from(i16::from_ne_bytes([b[0], b[1]]))),
        "u2" => whole(&|b| i64::from(u16::from_ne_bytes([b[0], b[1]]))),
        "u4" => whole(&|b| i64::from(u32::from_ne_bytes([b[0], b[1], b[2], b[3]]))),
        _ => return Err(format!("`{kind}` numbers are not known here")),
    };
    let back: Vec<isize> = (0..shape.len() as isize).rev().collect();
    debug_assert_eq!(count(&shape), x.len());
    Ok(if fortran { x.permute(back) } else { x })
}
