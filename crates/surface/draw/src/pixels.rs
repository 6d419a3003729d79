//! Pictures made of pixels, held as PNG inside the page.

use base64::Engine as _;

use crate::error::DrawError;

/// The longest side of a picture.
const LIMIT: usize = 4096;

/// A grey or coloured picture.
///
/// ```
/// use symbolon_draw::Pixels;
/// let cross = Pixels::grey(3, 3, &[0, 255, 0, 255, 255, 255, 0, 255, 0])?;
/// assert_eq!((cross.width(), cross.height()), (3, 3));
/// # Ok::<(), symbolon_draw::DrawError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    width: usize,
    height: usize,
    uri: String,
}

impl Pixels {
    /// One byte a pixel, 0 black to 255 white, row after row.
    pub fn grey(width: usize, height: usize, bytes: &[u8]) -> Result<Pixels, DrawError> {
        Pixels::new(width, height, bytes, 1)
    }

    /// Three bytes a pixel, red, green, blue, row after row.
    pub fn rgb(width: usize, height: usize, bytes: &[u8]) -> Result<Pixels, DrawError> {
        Pixels::new(width, height, bytes, 3)
    }

    fn new(width: usize, height: usize, bytes: &[u8], channels: usize) -> Result<Pixels, DrawError> {
        if !(1..=LIMIT).contains(&width) || !(1..=LIMIT).contains(&height) {
            return Err(DrawError::Picture { width, height, limit: LIMIT });
        }
        if bytes.len() != width * height * channels {
            let what = if channels == 1 { "grey picture" } else { "picture of three bytes a pixel" };
            let (rows, columns, given) = (height, width * channels, bytes.len());
            return Err(DrawError::Shape { what: what.into(), rows, columns, given });
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
        encoder.set_color(if channels == 1 { png::ColorType::Grayscale } else { png::ColorType::Rgb });
        encoder.set_depth(png::BitDepth::Eight);
        let fail = |error: png::EncodingError| DrawError::Encode(error.to_string());
        let mut writer = encoder.write_header().map_err(fail)?;
        writer.write_image_data(bytes).map_err(fail)?;
        writer.finish().map_err(fail)?;
        let uri = format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(&file));
        Ok(Pixels { width, height, uri })
    }

    /// Pixels from left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> usize {
        self.height
    }

    /// A `data:image/png;base64,...` address.
    pub fn uri(&self) -> &str {
        &self.uri
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_png_holds_the_pixels() {
        let bytes: Vec<u8> = (0..12).map(|i| i * 20).collect();
        let picture = Pixels::rgb(2, 2, &bytes).unwrap();
        let encoded = picture.uri().strip_prefix("data:image/png;base64,").unwrap();
        let file = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut back = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut back).unwrap();
        assert_eq!((info.width, info.height), (2, 2));
        assert_eq!(back, bytes);
    }

    #[test]
    fn wrong_sizes_are_named() {
        let error = Pixels::grey(28, 28, &[0; 783]).unwrap_err();
        assert_eq!(error.to_string(), "grey picture: 28 x 28 needs 784 values, 783 were given");
        assert!(Pixels::grey(0, 3, &[]).is_err());
        assert!(Pixels::grey(usize::MAX, usize::MAX, &[]).is_err());
    }
}
