//! PNG pictures in and out.
//!
//! Reading: palettes are resolved, 1, 2 and 4-bit greys stretched to 8 bits, transparent pixels laid over white (as a viewer
//! shows them), 8-bit values divided by 255 and 16-bit values by 65535. Colour becomes grey by the weights of Rec. 601.
//! Colour profiles and gamma are passed over: numbers stay as stored.

use crate::error::{Result, format, io, request};
use std::path::{Path, PathBuf};
use symbolon_tensor::{DType, Error as TensorError, Tensor};

/// How many channels a picture is wanted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One channel when the file is grey, three when it is coloured.
    AsStored,
    /// One channel.
    Grey,
    /// Three channels: red, green, blue.
    Rgb,
}

/// A picture as `[channels, height, width]`, `F32` from 0 to 1.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be read, [`Error::Format`](crate::Error::Format) when it is no PNG
/// picture, is cut short or damaged.
pub fn read_png(path: impl AsRef<Path>, colour: Colour) -> Result<Tensor> {
    let path = path.as_ref();
    let stored = std::fs::read(path).map_err(io(path))?;
    parse_png(path, &stored, colour)
}

/// As [`read_png`], for bytes that came from elsewhere; `name` is for messages.
///
/// # Errors
/// [`Error::Format`](crate::Error::Format) as [`read_png`].
pub fn parse_png(name: impl AsRef<Path>, stored: &[u8], colour: Colour) -> Result<Tensor> {
    let path = name.as_ref();
    let bad = |place: &str, e: png::DecodingError| format(path, place, e.to_string(), "save it again as a PNG picture");
    let mut decoder = png::Decoder::new(std::io::Cursor::new(stored));
    decoder.set_transformations(png::Transformations::EXPAND);
    let header = decoder.read_header_info().map_err(|e| bad("header", e))?;
    let (width, height) = (header.width as usize, header.height as usize);
    // Deflate yields at most 1032 bytes a byte: a header that promises more is false, and gets no memory.
    let rows = (header.raw_row_length() as u64).saturating_mul(height as u64);
    if rows > (stored.len() as u64).saturating_mul(1032) {
        let problem = format!("{width} by {height} pixels are more than the file can hold");
        return Err(format(path, "header", problem, "get the file again"));
    }
    let room = usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(8);
    decoder.set_limits(png::Limits { bytes: room.saturating_add(64 << 20) });
    let mut reader = decoder.read_info().map_err(|e| bad("header", e))?;
    let size = reader.output_buffer_size().ok_or_else(|| {
        format(path, "header", format!("{width} by {height} pixels do not fit in memory"), "cut the picture")
    })?;
    let mut raw = vec![0; size];
    let frame = reader.next_frame(&mut raw).map_err(|e| bad("pixels", e))?;
    let values: Vec<f32> = match frame.bit_depth {
        png::BitDepth::Sixteen => {
            raw.as_chunks().0.iter().map(|&b| f32::from(u16::from_be_bytes(b)) / 65535.0).collect()
        }
        _ => raw.iter().map(|&b| f32::from(b) / 255.0).collect(),
    };
    let (colours, transparent) = match frame.color_type {
        png::ColorType::Grayscale => (1, false),
        png::ColorType::GrayscaleAlpha => (1, true),
        png::ColorType::Rgba => (3, true),
        _ => (3, false),
    };
    let samples = colours + usize::from(transparent);
    let wanted = match colour {
        Colour::AsStored => colours,
        Colour::Grey => 1,
        Colour::Rgb => 3,
    };
    let mut out = vec![0.0; wanted * height * width];
    let plane = height * width;
    for (at, pixel) in values.chunks_exact(samples).take(plane).enumerate() {
        let over = if transparent { pixel[colours] } else { 1.0 };
        let shown = |c: usize| pixel[c] * over + (1.0 - over);
        match (colours, wanted) {
            (3, 1) => out[at] = 0.299 * shown(0) + 0.587 * shown(1) + 0.114 * shown(2),
            _ => (0..wanted).for_each(|c| out[c * plane + at] = shown(c.min(colours - 1))),
        }
    }
    Ok(Tensor::new(out, [wanted, height, width])?)
}

/// Pictures of one size as `[items, channels, height, width]`.
///
/// # Errors
/// As [`read_png`]; [`Error::Format`](crate::Error::Format) also for the first picture whose size or number of channels
/// differs from the first one's, [`Error::Request`](crate::Error::Request) when there are none.
pub fn read_pngs<P: AsRef<Path>>(paths: &[P], colour: Colour) -> Result<Tensor> {
    let Some(first) = paths.first() else {
        return Err(request("pictures", "an empty list of files", "give at least one"));
    };
    let (mut values, mut shape) = (Vec::new(), Vec::new());
    for path in paths {
        let picture = read_png(path, colour)?;
        if shape.is_empty() {
            shape = picture.shape().to_vec();
        }
        if shape != picture.shape() {
            let say = |s: &[usize]| format!("{} by {} pixels with {} channels", s[2], s[1], s[0]);
            let first = first.as_ref().display();
            let problem = format!("{}; {first} has {}", say(picture.shape()), say(&shape));
            return Err(format(path.as_ref(), "size", problem, "bring all pictures to one size and kind"));
        }
        values.extend(picture.to_vec::<f32>());
    }
    shape.insert(0, paths.len());
    Ok(Tensor::new(values, shape)?)
}

/// A PNG file's bytes: 8 bits a value, grey for `[height, width]` and `[1, height, width]`, colour for `[3, height, width]`.
///
/// `U8` values are written as they are; floating point from 0 to 1 is stretched to 0..255 and rounded, what lies outside
/// is clamped, and what is no number becomes 0.
///
/// # Errors
/// [`Error::Request`](crate::Error::Request) for tensors that are no picture.
pub fn png_bytes(picture: &Tensor) -> Result<Vec<u8>> {
    const SHAPES: &str = "give [height, width] or [3, height, width]";
    let (channels, height, width) = match *picture.shape() {
        [h, w] => (1, h, w),
        [c @ (1 | 3), h, w] => (c, h, w),
        _ => return Err(request("picture", format!("shape {:?}", picture.shape()), SHAPES)),
    };
    let size = |n: usize| u32::try_from(n).ok().filter(|&n| n > 0 && n <= i32::MAX as u32);
    let (Some(w), Some(h)) = (size(width), size(height)) else {
        return Err(request("picture", format!("{width} by {height} pixels"), SHAPES));
    };
    let values: Vec<u8> = match picture.dtype() {
        DType::U8 => picture.to_vec(),
        d if d.is_float() => picture.to_vec::<f32>().iter().map(|v| (v * 255.0).round() as u8).collect(),
        d => return Err(request("picture", format!("{d:?} numbers"), "give U8 values or floating point from 0 to 1")),
    };
    let plane = height * width;
    let pixels: Vec<u8> =
        (0..plane).flat_map(|at| (0..channels).map(move |c| c * plane + at)).map(|i| values[i]).collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, w, h);
    encoder.set_color(if channels == 1 { png::ColorType::Grayscale } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.map_err(|e| request("picture", e.to_string(), SHAPES))?;
    Ok(out)
}

/// Writes [`png_bytes`] to a file, as a whole.
///
/// # Errors
/// As [`png_bytes`]; [`Error::Io`](crate::Error::Io) when the file cannot be written.
pub fn write_png(path: impl AsRef<Path>, picture: &Tensor) -> Result<()> {
    let (path, bytes) = (path.as_ref(), png_bytes(picture)?);
    symbolon_tensor::io::replace(path, |beside| {
        let written = std::fs::write(beside, &bytes);
        written.map_err(|source| TensorError::Io { file: path.display().to_string(), source })
    })?;
    Ok(())
}

/// What a folder holds, in the order of names, without hidden files.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let entry = entry.map_err(io(folder))?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            all.push(entry.path());
        }
    }
    all.sort();
    Ok(all)
}

/// The PNG files of a folder, in the order of names.
pub(crate) fn pngs(folder: &Path) -> Result<Vec<PathBuf>> {
    let png = |p: &PathBuf| p.is_file() && p.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
    Ok(entries(folder)?.into_iter().filter(png).collect())
}
