//! Texts to harvest from: plain text files and JSON lines, read in small documents whatever their size.
//!
//! A document is a piece of text that stays together: a line of a `.jsonl` file, or a piece of a text file. Longer texts
//! are cut at an empty line, a line's end or a space, always at the same place, so that the documents of a corpus have the
//! same numbers on every machine and after every restart.

use crate::error::{Error, Result, io};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Longest documents unless another length is set, in bytes: about two thousand tokens of English.
pub const PIECE_BYTES: usize = 8192;

/// A list of text files.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("symbolon-corpus-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// use symbolon_lm::Corpus;
/// let file = folder.join("crabs.jsonl");
/// std::fs::write(&file, "{\"text\": \"A crab walks.\"}\n\"Another one rests.\"\n").unwrap();
/// let corpus = Corpus::open(&[file])?;
/// let texts: Vec<String> = corpus.documents().map(|d| Ok(d?.text)).collect::<Result<_, symbolon_lm::Error>>()?;
/// assert_eq!(texts, ["A crab walks.", "Another one rests."]);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), symbolon_lm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Corpus {
    files: Vec<CorpusFile>,
    piece: usize,
}

/// A file of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Whether each line is a JSON value: its name ends in `.jsonl` or `.ndjson`.
    pub lines: bool,
}

/// A text that stays together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its number in the corpus, from 0.
    pub number: u64,
    /// The text; never without a character that is no white space.
    pub text: String,
    /// Where it begins: `crabs.txt, byte 8192` or `crabs.jsonl, line 7`.
    pub place: String,
    /// Bytes of the corpus up to its end, for progress.
    pub read: u64,
}

impl Corpus {
    /// Opens files, in the order given.
    ///
    /// # Errors
    /// When there are none, or one cannot be read.
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self> {
        if paths.is_empty() {
            return Err(Error::Text("a corpus needs at least one file".into()));
        }
        let file = |p: &P| -> Result<CorpusFile> {
            let path = p.as_ref();
            let found = File::open(path).and_then(|f| f.metadata()).map_err(io(path))?;
            if found.is_dir() {
                return Err(Error::format(path, "corpus", "is a folder; name the files in it"));
            }
            let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            Ok(CorpusFile { path: path.into(), bytes: found.len(), lines: ["jsonl", "ndjson"].contains(&&*ending) })
        };
        Ok(Self { files: paths.iter().map(file).collect::<Result<_>>()?, piece: PIECE_BYTES })
    }
    /// Another length for the longest documents, in bytes; at least 16.
    #[must_use]
    pub fn pieces_of(self, bytes: usize) -> Self {
        Self { piece: bytes.max(16), ..self }
    }
    /// Its files.
    pub fn files(&self) -> &[CorpusFile] {
        &self.files
    }
    /// The longest document, in bytes.
    pub fn piece(&self) -> usize {
        self.piece
    }
    /// How many bytes there are.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.bytes).sum()
    }
    /// The documents in order. Memory is needed for one of them at a time (and for one line, in JSON lines).
    ///
    /// An item is an error, and the last, when a file cannot be read, is not UTF-8, or a line of JSON has no text: a
    /// string, or an object with a string named `text`.
    pub fn documents(&self) -> Documents<'_> {
        Documents { corpus: self, file: 0, before: 0, open: None, ready: VecDeque::new(), number: 0, over: false }
    }
}

/// The documents of a [`Corpus`].
pub struct Documents<'a> {
    corpus: &'a Corpus,
    file: usize,
    /// Bytes of the files before this one.
    before: u64,
    open: Option<Open>,
    ready: VecDeque<(String, String, u64)>,
    number: u64,
    over: bool,
}

struct Open {
    reader: BufReader<File>,
    /// What was read of a text file and not given out.
    rest: Vec<u8>,
    /// Where `rest` begins; for JSON lines, how far reading has come.
    at: u64,
    line: u64,
    end: bool,
}

impl Iterator for Documents<'_> {
    type Item = Result<Document>;
    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            if let Some((text, place, read)) = self.ready.pop_front() {
                if text.trim().is_empty() {
                    continue;
                }
                self.number += 1;
                return Some(Ok(Document { number: self.number - 1, text, place, read }));
            }
            match self.more() {
                Ok(true) => {}
                Ok(false) => self.over = true,
                Err(e) => {
                    self.over = true;
                    return Some(Err(e));
                }
            }
        }
        None
    }
}

impl Documents<'_> {
    /// Reads on; `false` at the end of the corpus.
    fn more(&mut self) -> Result<bool> {
        let Some(file) = self.corpus.files.get(self.file) else { return Ok(false) };
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                let reader = BufReader::with_capacity(1 << 16, File::open(&file.path).map_err(io(&file.path))?);
                none.insert(Open { reader, rest: Vec::new(), at: 0, line: 0, end: false })
            }
        };
        let more = match file.lines {
            true => open.line(file, self.corpus.piece, self.before, &mut self.ready)?,
            false => open.piece(file, self.corpus.piece, self.before, &mut self.ready)?,
        };
        if !more {
            self.before += file.bytes;
            self.file += 1;
            self.open = None;
        }
        Ok(true)
    }
}

impl Open {
    /// One line of JSON.
    fn line(
        &mut self,
        file: &CorpusFile,
        piece: usize,
        before: u64,
        into: &mut VecDeque<(String, String, u64)>,
    ) -> Result<bool> {
        let mut bytes = Vec::new();
        let n = self.reader.read_until(b'\n', &mut bytes).map_err(io(&file.path))?;
        self.at += n as u64;
        self.line += 1;
        if n == 0 {
            return Ok(false);
        }
        if bytes.trim_ascii().is_empty() {
            return Ok(true);
        }
        let place = format!("line {}", self.line);
        let bad = |problem: String| Error::format(&file.path, place.clone(), problem);
        let mut value: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|e| bad(format!("is no JSON: {e}")))?;
        if let Some(inner) = value.get_mut("text") {
            value = inner.take();
        }
        let serde_json::Value::String(text) = value else {
            return Err(bad("has no text: a string, or an object with a string named `text`".into()));
        };
        let name = format!("{}, {place}", file.path.display());
        let mut rest = &*text;
        while !rest.is_empty() {
            let (first, after) = rest.split_at(cut(rest, piece));
            into.push_back((first.into(), name.clone(), before + self.at));
            rest = after;
        }
        Ok(true)
    }
    /// One piece of a text file.
    fn piece(
        &mut self,
        file: &CorpusFile,
        piece: usize,
        before: u64,
        into: &mut VecDeque<(String, String, u64)>,
    ) -> Result<bool> {
        // A little more than a piece, so that it is known whether it ends here.
        while !self.end && self.rest.len() <= piece + 4 {
            let mut more = vec![0; piece + 4];
            let n = self.reader.read(&mut more).map_err(io(&file.path))?;
            self.rest.extend_from_slice(&more[..n]);
            self.end = n == 0;
        }
        let (text, broken) = match std::str::from_utf8(&self.rest) {
            Ok(text) => (text, false),
            // A character may just not have been read to its end.
            Err(e) => {
                let whole = std::str::from_utf8(&self.rest[..e.valid_up_to()]).unwrap_or_default();
                (whole, self.end || e.error_len().is_some())
            }
        };
        let take = cut(text, piece);
        if broken && take == text.len() {
            let place = format!("byte {}", self.at + text.len() as u64);
            return Err(Error::format(&file.path, place, "is no UTF-8 text; convert the file"));
        }
        if take == 0 {
            return Ok(false);
        }
        let place = format!("{}, byte {}", file.path.display(), self.at);
        self.at += take as u64;
        into.push_back((text[..take].into(), place, before + self.at));
        self.rest.drain(..take);
        Ok(true)
    }
}

/// How many bytes of a text the next document has: all, or up to an empty line, a line's end, a space or a character's
/// end, whichever is the first of these to be found in the second half of a piece.
fn cut(text: &str, piece: usize) -> usize {
    if text.len() <= piece {
        return text.len();
    }
    let whole = &text[..text.floor_char_boundary(piece)];
    let ends = ["\n\n", "\n", " "].iter().filter_map(|end| Some(whole.rfind(end)? + end.len()));
    ends.into_iter().find(|&at| at > piece / 2).unwrap_or(whole.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("symbolon-corpus-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        path
    }
    fn texts(path: &Path, piece: usize) -> Result<Vec<Document>> {
        Corpus::open(&[path])?.pieces_of(piece).documents().collect()
    }

    proptest! {
        #[test]
        fn a_text_file_comes_back_in_order_and_in_small_pieces(text in "([a-zä☃]{1,9}[ \n]{0,2}){0,60}", piece in 16usize..80) {
            let file = folder("pieces").join("text.txt");
            std::fs::write(&file, &text).unwrap();
            let found = texts(&file, piece).unwrap();
            // Only pieces of white space may be missing.
            let joined: String = found.iter().map(|d| d.text.as_str()).collect();
            let bare = |s: &str| s.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&joined), bare(&text));
            for (i, d) in found.iter().enumerate() {
                prop_assert!(d.text.len() <= piece && d.number == i as u64);
                let at: usize = d.place.rsplit(' ').next().unwrap().parse().unwrap();
                prop_assert!(text[at..].starts_with(&d.text), "{}", d.place);
                prop_assert_eq!(d.read as usize, at + d.text.len());
            }
        }
    }

    #[test]
    fn texts_are_cut_where_they_rest() {
        assert_eq!(cut("one two\n\nthree four", 14), 9);
        assert_eq!(cut("one two\nthree four", 14), 8);
        assert_eq!(cut("one two three four", 14), 14);
        assert_eq!(cut("☃☃☃☃☃☃", 16), 15);
    }

    #[test]
    fn lines_of_json_and_their_mistakes() {
        let file = folder("json").join("texts.jsonl");
        std::fs::write(&file, "\"one\"\n\n{\"text\": \"two\", \"id\": 3}\n{\"text\": \" \"}\n\"three\"").unwrap();
        let found = texts(&file, 100).unwrap();
        assert_eq!(found.iter().map(|d| &*d.text).collect::<Vec<_>>(), ["one", "two", "three"]);
        assert!(found[1].place.ends_with("texts.jsonl, line 3"));
        for (line, problem) in [("{\"t\": 1}", "no text"), ("{", "no JSON"), ("7", "no text")] {
            std::fs::write(&file, format!("\"one\"\n{line}\n")).unwrap();
            let e = texts(&file, 100).unwrap_err().to_string();
            assert!(e.contains("line 2") && e.contains(problem), "{e}");
        }
    }

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        let file = folder("bytes").join("text.txt");
        std::fs::write(&file, b"a good beginning \xff and more".repeat(3)).unwrap();
        assert!(texts(&file, 16).unwrap_err().to_string().contains("byte 17"));
        std::fs::write(&file, b"cut \xe2\x98").unwrap();
        assert!(texts(&file, 16).unwrap_err().to_string().contains("byte 4"));
        assert!(Corpus::open(&[folder("bytes")]).unwrap_err().to_string().contains("folder"));
        assert!(Corpus::open::<&str>(&[]).is_err());
        assert!(Corpus::open(&["nowhere.txt"]).unwrap_err().to_string().contains("nowhere.txt"));
    }
}
