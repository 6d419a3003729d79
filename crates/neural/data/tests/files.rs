//! Readers give back what was written, and say what is wrong with broken files, where, and what to do.

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use symbolon_data::*;
use symbolon_tensor::{DType, Tensor};

struct Folder(tempfile::TempDir);
impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    fn with(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn idx(kind: u8, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, sizes.len() as u8];
    sizes.iter().for_each(|s| bytes.extend(s.to_be_bytes()));
    bytes.extend(data);
    bytes
}

/// The message names the file and holds every phrase.
#[track_caller]
fn says<T: std::fmt::Debug>(result: Result<T>, file: &Path, phrases: &[&str]) {
    let message = result.unwrap_err().to_string();
    let name = file.file_name().unwrap().to_str().unwrap();
    for phrase in phrases.iter().chain([&name]) {
        assert!(message.contains(phrase), "`{phrase}` is missing in: {message}");
    }
}

#[test]
fn idx_of_every_kind_plain_and_gzipped() {
    let folder = Folder::new();
    let cases: [(u8, Vec<u8>, DType, [f64; 2]); 6] = [
        (0x08, vec![7, 255], DType::U8, [7.0, 255.0]),
        (0x09, vec![7, 255], DType::I64, [7.0, -1.0]),
        (0x0b, [(-3i16).to_be_bytes(), 300i16.to_be_bytes()].concat(), DType::I64, [-3.0, 300.0]),
        (0x0c, [(-70000i32).to_be_bytes(), 5i32.to_be_bytes()].concat(), DType::I32, [-70000.0, 5.0]),
        (0x0d, [1.5f32.to_be_bytes(), (-2f32).to_be_bytes()].concat(), DType::F32, [1.5, -2.0]),
        (0x0e, [1e300f64.to_be_bytes(), 0.25f64.to_be_bytes()].concat(), DType::F64, [1e300, 0.25]),
    ];
    for (kind, data, dtype, values) in cases {
        let bytes = idx(kind, &[1, 2], &data);
        for stored in [bytes.clone(), gzip(&bytes)] {
            let x = read_idx(folder.with("x", stored)).unwrap();
            assert_eq!((x.shape(), x.dtype(), x.to_vec::<f64>()), (&[1usize, 2][..], dtype, values.to_vec()));
        }
    }
}

#[test]
fn broken_idx_files() {
    let folder = Folder::new();
    let good = idx(8, &[2, 2], &[1, 2, 3, 4]);
    let again = "get the file again";
    let file = folder.with("cut", &good[..good.len() - 1]);
    says(read_idx(&file), &file, &["data", "cut short: 3 bytes of 4 for shape [2, 2]", again]);
    let file = folder.with("cut.gz", gzip(&good[..good.len() - 1]));
    says(read_idx(&file), &file, &["data", "cut short: 3 bytes of 4 for shape [2, 2]", again]);
    let whole = gzip(&idx(8, &[3000], &(0..3000).map(|i| (i * 7 % 251) as u8).collect::<Vec<_>>()));
    let file = folder.with("half.gz", &whole[..whole.len() / 2]);
    says(read_idx(&file), &file, &["of the data", again]);
    let file = folder.with("header", &good[..6]);
    says(read_idx(&file), &file, &["size of axis 0", "cut short"]);
    let file = folder.with("empty", []);
    says(read_idx(&file), &file, &["magic number", "cut short"]);
    let file = folder.with("long", [&good[..], &[9]].concat());
    says(read_idx(&file), &file, &["more bytes than shape [2, 2] needs"]);
    let file = folder.with("text", "label,pixel\n1,2\n");
    says(read_idx(&file), &file, &["magic number", "6c616265", "give an IDX file"]);
    // Sizes whose product overflows, and sizes that merely lie: refused before memory is taken.
    let file = folder.with("overflow", idx(8, &[u32::MAX; 3], &[]));
    says(read_idx(&file), &file, &["more than the file can hold"]);
    let file = folder.with("huge.gz", gzip(&idx(8, &[4_000_000_000], &[])));
    says(read_idx(&file), &file, &["shape [4000000000]", "more than the file can hold"]);
    let file = folder.path("not there");
    says(read_idx(&file), &file, &["check the path"]);
}

#[test]
fn labels_and_pictures_must_fit() {
    let folder = Folder::new();
    let pictures = folder.with("pictures", idx(8, &[2, 1, 3], &[0, 51, 255, 1, 2, 3]));
    let labels = |bytes: &[u8]| folder.with("labels", idx(8, &[bytes.len() as u32], bytes));
    let set = Labelled::read_idx(&pictures, labels(&[1, 0]), &["no", "yes"]).unwrap();
    assert_eq!((set.labels, set.images.shape()), (vec![1, 0], &[2usize, 1, 1, 3][..]));
    assert_eq!(set.images.to_vec::<f32>()[..3], [0.0, 0.2, 1.0]);
    let file = labels(&[1, 7]);
    says(
        Labelled::read_idx(&pictures, &file, &["no", "yes"]),
        &file,
        &["label 1", "7 is outside 0..2", "name more classes"],
    );
    let file = labels(&[1]);
    says(
        Labelled::read_idx(&pictures, &file, &["no", "yes"]),
        &file,
        &["1 labels for 2 pictures", "two files of one set"],
    );
    says(Labelled::read_idx(&file, &pictures, &["no"]), &file, &["shape [1] is not that of pictures"]);
    assert!(Labelled::new(Tensor::zeros([2, 1, 2, 2], DType::F32), vec![0, 3], vec!["a".into()]).is_err());
}

#[test]
fn pictures_of_every_kind() {
    let folder = Folder::new();
    let write = |name: &str, colour, depth, palette: Option<Vec<u8>>, w: u32, h: u32, data: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, w, h);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if let Some(palette) = palette {
            encoder.set_palette(palette);
        }
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        folder.with(name, bytes)
    };
    use png::{BitDepth::*, ColorType::*};
    let read = |path: PathBuf, colour| {
        let x = read_png(path, colour).unwrap();
        (x.shape().to_vec(), x.to_vec::<f32>())
    };
    let grey = write("grey.png", Grayscale, Eight, None, 2, 1, &[0, 51]);
    assert_eq!(read(grey.clone(), Colour::AsStored), (vec![1, 1, 2], vec![0.0, 0.2]));
    assert_eq!(read(grey, Colour::Rgb), (vec![3, 1, 2], vec![0.0, 0.2, 0.0, 0.2, 0.0, 0.2]));
    let deep = write("deep.png", Grayscale, Sixteen, None, 1, 2, &[0xff, 0xff, 0x33, 0x33]);
    assert_eq!(read(deep, Colour::Grey), (vec![1, 2, 1], vec![1.0, 0.2]));
    let bits = write("bits.png", Grayscale, One, None, 3, 1, &[0b1010_0000]);
    assert_eq!(read(bits, Colour::Grey), (vec![1, 1, 3], vec![1.0, 0.0, 1.0]));
    let rgb = write("rgb.png", Rgb, Eight, None, 1, 1, &[255, 0, 51]);
    assert_eq!(read(rgb.clone(), Colour::AsStored), (vec![3, 1, 1], vec![1.0, 0.0, 0.2]));
    assert!((read(rgb, Colour::Grey).1[0] - (0.299 + 0.114 * 0.2)).abs() < 1e-6);
    let palette = write("palette.png", Indexed, Eight, Some(vec![9, 9, 9, 255, 0, 0]), 1, 1, &[1]);
    assert_eq!(read(palette, Colour::AsStored).1, [1.0, 0.0, 0.0]);
    // Black at one fifth over white.
    let clear = write("clear.png", GrayscaleAlpha, Eight, None, 1, 1, &[0, 51]);
    assert!((read(clear, Colour::Grey).1[0] - 0.8).abs() < 1e-6);
    let clear = write("clear.png", Rgba, Eight, None, 1, 1, &[255, 0, 0, 0]);
    assert_eq!(read(clear, Colour::AsStored).1, [1.0, 1.0, 1.0]);
}

#[test]
fn broken_pictures() {
    let folder = Folder::new();
    let noise: Vec<u8> = (0..400u32).map(|i| (i * i * 31 % 251) as u8).collect();
    let good = png_bytes(&Tensor::new(noise, [20, 20]).unwrap()).unwrap();
    let file = folder.with("cut.png", &good[..good.len() / 2]);
    says(read_png(&file, Colour::Grey), &file, &["pixels", "save it again"]);
    let file = folder.with("text.png", "no picture");
    says(read_png(&file, Colour::Grey), &file, &["header"]);
    let mut damaged = good.clone();
    damaged[60] ^= 0xff;
    let file = folder.with("damaged.png", damaged);
    says(read_png(&file, Colour::Grey), &file, &["pixels"]);
    // A header that promises 30,000 by 30,000 pixels (with its checksum right).
    let mut huge = good.clone();
    huge[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut sum = flate2::Crc::new();
    sum.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    let file = folder.with("huge.png", huge);
    says(read_png(&file, Colour::Grey), &file, &["30000 by 30000 pixels are more than the file can hold"]);
    let a = folder.with("a.png", png_bytes(&Tensor::zeros([2, 3], DType::F32)).unwrap());
    let b = folder.with("b.png", png_bytes(&Tensor::zeros([3, 2], DType::F32)).unwrap());
    says(read_pngs(&[&a, &b], Colour::Grey), &b, &["2 by 3 pixels", "a.png has 3 by 2", "one size"]);
    assert!(read_pngs::<PathBuf>(&[], Colour::Grey).is_err());
}

#[test]
fn a_folder_of_classes() {
    let folder = Folder::new();
    let dot = |v: f32| png_bytes(&Tensor::full([2, 2], f64::from(v), DType::F32)).unwrap();
    for (name, v) in
        [("set/dog/1.png", 1.0), ("set/cat/b.PNG", 0.0), ("set/cat/a.png", 0.2), ("set/.hidden/x.png", 0.0)]
    {
        folder.with(name, dot(v));
    }
    folder.with("set/cat/notes.txt", "passed over");
    let set = Labelled::read_folder(folder.path("set"), Colour::Grey).unwrap();
    assert_eq!((set.classes, set.labels), (vec!["cat".to_owned(), "dog".into()], vec![0, 0, 1]));
    assert_eq!(set.images.get((.., 0, 0, 0)).to_vec::<f32>(), [0.2, 0.0, 1.0]);
    fs::create_dir(folder.path("set/empty")).unwrap();
    let empty = folder.path("set/empty");
    says(
        Labelled::read_folder(folder.path("set"), Colour::Grey),
        &empty,
        &["a class without PNG pictures", "FOLDER/CLASS"],
    );
    let none = folder.path("set/cat");
    says(Labelled::read_folder(&none, Colour::Grey), &none, &["no folders of pictures"]);
}

#[test]
fn tensors_become_pictures() {
    let folder = Folder::new();
    let file = folder.path("x.png");
    let x = Tensor::new(vec![-1.0f32, 0.2, f32::NAN, 7.0], [2, 2]).unwrap();
    write_png(&file, &x).unwrap();
    assert_eq!(read_png(&file, Colour::Grey).unwrap().to_vec::<f32>(), [0.0, 0.2, 0.0, 1.0]);
    for bad in [Tensor::zeros([2], DType::F32), Tensor::zeros([2, 2, 2], DType::F32), Tensor::zeros([0, 2], DType::F32)]
    {
        assert!(png_bytes(&bad).unwrap_err().to_string().contains("give [height, width] or [3, height, width]"));
    }
    let nowhere = folder.path("no/such/x.png");
    assert!(write_png(&nowhere, &x).unwrap_err().to_string().contains("check the path") || !nowhere.exists());
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 1, "no temporary file stays");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn bytes_survive_png(h in 1usize..9, w in 1usize..9, colour: bool, seed in prop::collection::vec(any::<u8>(), 3 * 64)) {
        let shape = if colour { vec![3, h, w] } else { vec![1, h, w] };
        let bytes = seed[..shape.iter().product()].to_vec();
        let x = Tensor::new(bytes.clone(), &shape).unwrap();
        let back = parse_png("x.png", &png_bytes(&x).unwrap(), Colour::AsStored).unwrap();
        prop_assert_eq!(back.shape(), &shape[..]);
        let back: Vec<u8> = back.to_vec::<f32>().iter().map(|v| (v * 255.0).round() as u8).collect();
        prop_assert_eq!(back, bytes);
    }

    /// Whatever a file holds: an answer, never a panic and never much memory.
    #[test]
    fn no_bytes_stop_a_reader(mut bytes in prop::collection::vec(any::<u8>(), 0..300), start in 0usize..5) {
        let starts: [&[u8]; 5] = [b"", b"\x00\x00\x08\x03", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"PK\x03\x04", b"\x1f\x8b\x08\x00"];
        bytes.splice(0..0, starts[start].iter().copied());
        let folder = Folder::new();
        let file = folder.with("x.csv", &bytes);
        let _ = (read_idx(&file).is_ok(), read_npz(&file).is_ok(), Table::read(&file).is_ok());
        let _ = parse_png("x", &bytes, Colour::Rgb).is_ok();
    }

    /// One changed byte in a real file.
    #[test]
    fn no_damage_stops_a_reader(at in 0usize..1000, byte: u8) {
        let folder = Folder::new();
        let picture = png_bytes(&Tensor::new((0..64u8).collect(), [8, 8]).unwrap()).unwrap();
        let set = gzip(&idx(8, &[4, 4, 4], &(0..64).collect::<Vec<u8>>()));
        for (name, mut bytes) in [("x.png", picture), ("x.gz", set), ("x.npz", npz(&[("a", &[1.0, 2.0])]))] {
            let at = at % bytes.len();
            bytes[at] = byte;
            let file = folder.with(name, &bytes);
            let _ = (read_png(&file, Colour::Rgb).is_ok(), read_idx(&file).is_ok(), read_npz(&file).is_ok());
        }
    }
}

/// A NumPy archive of `float64` lists, deflated.
fn npz(arrays: &[(&str, &[f64])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, values) in arrays {
        archive.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
        let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({},), }}", values.len());
        header.push_str(&" ".repeat(117 - header.len()));
        header.push('\n');
        archive.write_all(b"\x93NUMPY\x01\x00").unwrap();
        archive.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
        archive.write_all(header.as_bytes()).unwrap();
        values.iter().for_each(|v| archive.write_all(&v.to_le_bytes()).unwrap());
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn numpy_archives() {
    let folder = Folder::new();
    let good = npz(&[("weights", &[1.0, -2.5]), ("bias", &[3.0])]);
    let arrays = read_npz(folder.with("x.npz", &good)).unwrap();
    assert_eq!(arrays.keys().collect::<Vec<_>>(), ["bias", "weights"]);
    assert_eq!(arrays["weights"].to_vec::<f64>(), [1.0, -2.5]);
    let file = folder.with("cut.npz", &good[..good.len() / 2]);
    says(read_npz(&file), &file, &["archive", "write it again with numpy.savez"]);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("words.npy", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(b"not numbers").unwrap();
    let file = folder.with("words.npz", archive.finish().unwrap().into_inner());
    says(read_npz(&file), &file, &["array `words`", "this is no npy file"]);
}

#[test]
fn tables() {
    let folder = Folder::new();
    let file = folder.with("people.csv", "\u{feff}name, age,city\nann,31,\"Bath, UK\"\nbob,,Oslo\n\neve,7,Oslo\n");
    let table = Table::read(&file).unwrap();
    assert_eq!((table.rows(), table.header()), (3, &["name".to_owned(), "age".into(), "city".into()][..]));
    assert_eq!(
        table.column("city").unwrap(),
        &Column::Categories { codes: vec![0, 1, 1], names: vec!["Bath, UK".into(), "Oslo".into()] }
    );
    let Column::Numbers(ages) = table.column("age").unwrap() else { panic!("ages are numbers") };
    assert!(ages[0] == 31.0 && ages[1].is_nan() && ages[2] == 7.0);
    says(table.numbers(&["age"]), &file, &["line 3, column `age`", "is empty"]);
    says(table.numbers(&["name"]), &file, &["line 2, column `name`", "`ann` is no number"]);
    says(table.column("height").map(|_| ()), &file, &["no column `height`", "name, age, city"]);
    // Numbers as categories keep the order of numbers.
    let codes = Table::read(folder.with("codes.tsv", "code\tx\n10\t1\n9\t2\n10\t3\n")).unwrap();
    assert_eq!(codes.categories("code").unwrap(), (vec![1, 0, 1], vec!["9".to_owned(), "10".into()]));
    assert_eq!(codes.numbers(&["x", "code"]).unwrap().to_vec::<f32>(), [1.0, 10.0, 2.0, 9.0, 3.0, 10.0]);
    let packed = Table::read(folder.with("codes.tsv.gz", gzip(b"a\tb\n1\t2\n"))).unwrap();
    assert_eq!(packed.numbers(&["b"]).unwrap().to_vec::<f32>(), [2.0]);
}

#[test]
fn broken_tables() {
    let folder = Folder::new();
    let file = folder.with("ragged.csv", "a,b\n1,2\n3\n");
    says(Csv::read(&file), &file, &["line 3", "1 fields, the header has 2", "correct the line"]);
    let file = folder.with("twice.csv", "a,a\n1,2\n");
    says(Csv::read(&file), &file, &["line 1", "two columns are called `a`"]);
    let file = folder.with("unnamed.csv", "a,\n1,2\n");
    says(Csv::read(&file), &file, &["column 2 has no name"]);
    let file = folder.with("empty.csv", "");
    says(Csv::read(&file), &file, &["the file is empty"]);
    let file = folder.with("latin.csv", b"a\nok\ncaf\xe9\n");
    says(Csv::read(&file), &file, &["line 3", "no UTF-8 text"]);
    let file = folder.with("cut.csv.gz", &gzip(b"a,b\n1,2\n")[..15]);
    says(Csv::read(&file), &file, &["get the file again"]);
    says(Csv::read(folder.0.path()), folder.0.path(), &[]);
}
