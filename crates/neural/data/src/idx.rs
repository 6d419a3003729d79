//! IDX, the format of the MNIST family: a magic number with the kind of number and the rank, sizes, then the numbers, all in
//! big-endian order; plain or gzipped.

use crate::error::{Result, format};
use crate::source::Source;
use std::io::Read;
use std::path::Path;
use symbolon_tensor::Tensor;

/// Reads an IDX file, plain or gzipped, with whatever rank and kind of number it has.
///
/// Bytes become `U8`, 32-bit integers `I32`, other integers `I64`, floating point keeps its width.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be read, [`Error::Format`](crate::Error::Format) when it is not
/// IDX, is cut short or has something behind its end.
///
/// ```
/// # let dir = tempfile::tempdir().unwrap();
/// # let file = dir.path().join("labels");
/// std::fs::write(&file, [0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]).unwrap(); // three bytes
/// assert_eq!(symbolon_data::read_idx(&file).unwrap().to_vec::<u8>(), [7, 2, 1]);
/// ```
pub fn read_idx(path: impl AsRef<Path>) -> Result<Tensor> {
    parse(&Source::open(path.as_ref())?)
}

pub(crate) fn parse(source: &Source<'_>) -> Result<Tensor> {
    const AGAIN: &str = "get the file again";
    let path = source.path;
    let mut content = source.reader();
    let mut word = |place: &str| -> Result<[u8; 4]> {
        let mut bytes = [0; 4];
        content.read_exact(&mut bytes).map_err(|e| format(path, place, format!("cut short ({e})"), AGAIN))?;
        Ok(bytes)
    };
    let magic = word("magic number")?;
    let width = match magic {
        [0, 0, 0x08 | 0x09, _] => 1,
        [0, 0, 0x0b, _] => 2,
        [0, 0, 0x0c | 0x0d, _] => 4,
        [0, 0, 0x0e, _] => 8,
        [a, b, c, d] => {
            let found = format!("{a:02x}{b:02x}{c:02x}{d:02x} is not that of an IDX file");
            return Err(format(path, "magic number", found, "give an IDX file such as train-images-idx3-ubyte.gz"));
        }
    };
    let mut shape = Vec::new();
    for axis in 0..magic[3] {
        shape.push(u32::from_be_bytes(word(&format!("size of axis {axis}"))?) as usize);
    }
    let sizes = shape.iter().chain([&width]).try_fold(1usize, |a, &b| a.checked_mul(b));
    let length = match sizes {
        // Before any memory is taken: can the file hold so much at all?
        Some(n) if n as u64 <= source.most() => n,
        _ => {
            let problem = format!("shape {shape:?} of {width}-byte numbers is more than the file can hold");
            return Err(format(path, "header", problem, AGAIN));
        }
    };
    let mut data = Vec::new();
    let read = content.take(length as u64 + 1).read_to_end(&mut data);
    read.map_err(|e| format(path, format!("byte {} of the data", data.len()), e.to_string(), AGAIN))?;
    if data.len() != length {
        let problem = match data.len() < length {
            true => format!("cut short: {} bytes of {length} for shape {shape:?}", data.len()),
            false => format!("more bytes than shape {shape:?} needs"),
        };
        return Err(format(path, "data", problem, AGAIN));
    }
    let tensor = match magic[2] {
        0x08 => Tensor::new(data, &shape),
        0x09 => Tensor::new(data.iter().map(|&b| i64::from(b as i8)).collect(), &shape),
        0x0b => Tensor::new(numbers(&data, |b| i64::from(i16::from_be_bytes(b))), &shape),
        0x0c => Tensor::new(numbers(&data, i32::from_be_bytes), &shape),
        0x0d => Tensor::new(numbers(&data, f32::from_be_bytes), &shape),
        _ => Tensor::new(numbers(&data, f64::from_be_bytes), &shape),
    };
    Ok(tensor?)
}

fn numbers<const N: usize, T>(data: &[u8], one: impl Fn([u8; N]) -> T) -> Vec<T> {
    data.as_chunks().0.iter().map(|&bytes| one(bytes)).collect()
}
