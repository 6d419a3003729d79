//! Text to tokens and back, byte for byte.
//!
//! The work is done by the `tokenizers` library; this file adds what a workbench needs besides: the exact bytes of every
//! token (so that any cut through a character stays exact), control tokens that text cannot smuggle in, and the tokens
//! that end a text.

use crate::error::{Error, Result, io};
use crate::gguf::Gguf;
use serde_json::Value as Json;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokenizers::DecoderWrapper;

/// How tokens of a vocabulary spell bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    /// One printable character for each byte (GPT-2 and its heirs).
    ByteLevel,
    /// Characters, with `▁` for a space and `<0x0A>` for a lone byte (SentencePiece); the flag: a space is put before
    /// the text and taken away again.
    Fallback(bool),
    /// Word pieces: `##` glues to what stands before, other pieces begin a word (BERT). Text does not survive exactly.
    WordPiece,
    /// Characters as they are.
    Plain,
}

/// A vocabulary with its rules. Clones share it.
///
/// ```no_run
/// # fn main() -> Result<(), symbolon_lm::Error> {
/// let tokenizer = symbolon_lm::Tokenizer::from_file("tokenizer.json")?;
/// let ids = tokenizer.encode("snow ☃")?;
/// assert_eq!(tokenizer.decode(&ids)?, "snow ☃");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Tokenizer {
    inner: Arc<Inner>,
    begin: Option<u32>,
    end: Vec<u32>,
}

struct Inner {
    parsing: tokenizers::Tokenizer,
    literal: OnceLock<tokenizers::Tokenizer>,
    spelling: Spelling,
    pieces: Vec<Vec<u8>>,
    special: Vec<bool>,
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokenizer({} tokens, {:?})", self.len(), self.inner.spelling)
    }
}

/// More tokens than any real vocabulary has.
const LARGEST: usize = 1 << 24;

impl Tokenizer {
    /// From the contents of a `tokenizer.json`; `place` names it in messages.
    ///
    /// # Errors
    /// When it is none, or its numbering has gaps beyond all measure.
    pub fn from_json(json: &[u8], place: &str) -> Result<Self> {
        // The library stops the program on some files that are no tokenizers: JSON is checked before, the rest is fenced.
        serde_json::from_slice::<serde::de::IgnoredAny>(json).map_err(|e| text(format!("{place}: {e}")))?;
        let read = std::panic::catch_unwind(|| tokenizers::Tokenizer::from_bytes(json));
        let mut parsing = match read {
            Ok(read) => read.map_err(|e| text(format!("{place}: {e}")))?,
            Err(_) => return Err(text(format!("{place}: the file has no tokenizer that can be read"))),
        };
        parsing.with_truncation(None).map_err(|e| text(format!("{place}: {e}")))?;
        parsing.with_padding(None);
        let spelling = spelling(parsing.get_decoder());
        let vocabulary = parsing.get_vocab(true);
        let count = vocabulary.values().max().map_or(0, |&m| m as usize + 1);
        if count > LARGEST {
            return Err(text(format!("{place}: token number {}; vocabularies up to {LARGEST} are read", count - 1)));
        }
        let mut pieces = vec![Vec::new(); count];
        let mut special = vec![false; count];
        for (token, id) in vocabulary {
            pieces[id as usize] = spelt(&token, spelling);
        }
        for (id, token) in parsing.get_added_tokens_decoder() {
            pieces[id as usize] = token.content.into_bytes();
            special[id as usize] = token.special;
        }
        let inner = Inner { parsing, literal: OnceLock::new(), spelling, pieces, special };
        Ok(Self { inner: Arc::new(inner), begin: None, end: Vec::new() })
    }

    /// From a `tokenizer.json`.
    ///
    /// # Errors
    /// When the file cannot be read or is none.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::from_json(&std::fs::read(path).map_err(io(path))?, &path.display().to_string())
    }

    /// From the header of a GGUF file, with the tokens that begin and end a text.
    ///
    /// # Errors
    /// When the header has no tokenizer, or one of another family.
    pub fn from_gguf(file: &Gguf) -> Result<Self> {
        let json = serde_json::to_vec(&file.tokenizer_json()?).map_err(|e| text(e.to_string()))?;
        let made = Self::from_json(&json, &file.path().display().to_string())?;
        let end = ["eos", "eot"].into_iter().filter_map(|role| file.token_id(role).transpose());
        made.with_ends(file.token_id("bos")?, end.collect::<Result<_>>()?)
    }

    /// From a model folder: `tokenizer.json`, and the tokens that begin and end a text from `tokenizer_config.json`,
    /// `generation_config.json` or `config.json`.
    ///
    /// # Errors
    /// When there is no `tokenizer.json`, or a file is not what its name says.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let made = Self::from_file(folder.join("tokenizer.json"))?;
        let words = read_json(&folder.join("tokenizer_config.json"))?;
        let named = |key: &str| {
            let token = words.get(key)?;
            made.id(token.as_str().or_else(|| token.get("content")?.as_str())?)
        };
        let mut end: Vec<u32> = named("eos_token").into_iter().collect();
        for file in ["generation_config.json", "config.json"] {
            let config = read_json(&folder.join(file))?;
            match config.get("eos_token_id") {
                Some(Json::Array(list)) => end.extend(list.iter().filter_map(Json::as_u64).map(|id| id as u32)),
                Some(one) => end.extend(one.as_u64().map(|id| id as u32)),
                None => {}
            }
        }
        let begin = named("bos_token");
        made.with_ends(begin, end)
    }

    /// The same vocabulary with other tokens that begin and end a text.
    ///
    /// # Errors
    /// When one of them is no token of the vocabulary.
    pub fn with_ends(self, begin: Option<u32>, mut end: Vec<u32>) -> Result<Self> {
        end.sort_unstable();
        end.dedup();
        if let Some(id) = end.iter().chain(&begin).find(|&&id| id as usize >= self.len()) {
            return Err(text(format!("token {id} is to begin or end texts, the vocabulary has {} tokens", self.len())));
        }
        Ok(Self { begin, end, ..self })
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.inner.pieces.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The token that begins a text, where the model has one.
    pub fn begin(&self) -> Option<u32> {
        self.begin
    }
    /// Tokens that end a text.
    pub fn end(&self) -> &[u32] {
        &self.end
    }
    /// Whether a token controls the model rather than standing for text.
    pub fn is_special(&self, id: u32) -> bool {
        self.inner.special.get(id as usize).copied().unwrap_or(false)
    }
    /// The number of a token as the vocabulary spells it.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.parsing.token_to_id(token)
    }
    /// The exact bytes a token stands for; control tokens give their name.
    ///
    /// # Errors
    /// When there is no such token.
    pub fn bytes(&self, id: u32) -> Result<&[u8]> {
        let none = || text(format!("there is no token {id}; the vocabulary has {}", self.len()));
        self.inner.pieces.get(id as usize).map(Vec::as_slice).ok_or_else(none)
    }
    /// A token for the eye: its text, with lone bytes as `\xff`.
    pub fn show(&self, id: u32) -> String {
        let bytes = self.bytes(id).unwrap_or_default();
        bytes.utf8_chunks().fold(String::new(), |mut s, chunk| {
            s.push_str(chunk.valid());
            chunk.invalid().iter().for_each(|b| s.push_str(&format!("\\x{b:02x}")));
            s
        })
    }
    /// Whether every text comes back from its tokens byte for byte.
    pub fn is_exact(&self) -> bool {
        matches!(self.inner.spelling, Spelling::ByteLevel | Spelling::Fallback(_))
            && !matches!(serde_json::to_value(self.inner.parsing.get_normalizer()), Ok(v) if lossy(&v))
    }

    /// Tokens of a text. Names of control tokens in it are ordinary text, so that what a user types cannot pose as the
    /// model's frame; nothing is put before or after.
    ///
    /// # Errors
    /// When the vocabulary has no token for something in it.
    pub fn encode(&self, input: &str) -> Result<Vec<u32>> {
        let literal = self.inner.literal.get_or_init(|| {
            let mut t = self.inner.parsing.clone();
            t.set_encode_special_tokens(true);
            t
        });
        encode(literal, input, false)
    }
    /// The one token of a word in the middle of a sentence, a space before it; none where it takes several.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn single(&self, word: &str) -> Result<Option<u32>> {
        Ok(match self.encode(&format!(" {word}"))?[..] {
            [token] => Some(token),
            _ => None,
        })
    }
    /// Text with gaps as tokens: what stands before, between and behind the tokens that fill it.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn filled(&self, text: &[&str], gaps: &[u32]) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        for (i, part) in text.iter().enumerate() {
            ids.extend(self.encode(part)?);
            ids.extend(gaps.get(i));
        }
        Ok(ids)
    }
    /// Tokens of a text in which names of control tokens count as those tokens: for rendered chat templates. With
    /// `frame`, the tokens that the model expects around every text are added.
    ///
    /// # Errors
    /// When the vocabulary has no token for something in it.
    pub fn encode_framed(&self, input: &str, frame: bool) -> Result<Vec<u32>> {
        encode(&self.inner.parsing, input, frame)
    }
    /// The bytes of tokens; control tokens are left out.
    ///
    /// # Errors
    /// When there is no such token.
    pub fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for &id in ids {
            let bytes = self.bytes(id)?;
            if !self.is_special(id) {
                out.extend_from_slice(bytes);
            }
        }
        if self.inner.spelling == Spelling::Fallback(true) && out.first() == Some(&b' ') {
            out.remove(0);
        }
        if self.inner.spelling == Spelling::WordPiece && out.first() == Some(&b' ') {
            out.remove(0);
        }
        Ok(out)
    }
    /// The text of tokens; control tokens are left out, bytes that are no text become `�`.
    ///
    /// # Errors
    /// When there is no such token.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.decode_bytes(ids)?).into_owned())
    }
}

fn text(problem: String) -> Error {
    Error::Text(problem)
}

fn encode(t: &tokenizers::Tokenizer, input: &str, frame: bool) -> Result<Vec<u32>> {
    Ok(t.encode_fast(input, frame).map_err(|e| text(e.to_string()))?.get_ids().to_vec())
}

/// A JSON file that may be absent.
pub(crate) fn read_json(path: &Path) -> Result<Json> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| Error::format(path, "JSON", e.to_string())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Json::Null),
        Err(e) => Err(io(path)(e)),
    }
}

fn spelling(decoder: Option<&DecoderWrapper>) -> Spelling {
    match decoder {
        Some(DecoderWrapper::ByteLevel(_)) => Spelling::ByteLevel,
        Some(DecoderWrapper::WordPiece(_)) => Spelling::WordPiece,
        Some(DecoderWrapper::Metaspace(_)) => Spelling::Fallback(true),
        Some(DecoderWrapper::ByteFallback(_)) => Spelling::Fallback(false),
        Some(DecoderWrapper::Sequence(s)) => {
            let parts = s.get_decoders();
            let strips = parts.iter().any(|d| matches!(d, DecoderWrapper::Strip(_)));
            let inner = parts.iter().map(|d| spelling(Some(d))).find(|s| *s != Spelling::Plain);
            match inner {
                Some(Spelling::Fallback(f)) => Spelling::Fallback(f || strips),
                other => other.unwrap_or(Spelling::Plain),
            }
        }
        _ => Spelling::Plain,
    }
}

/// Normalisers that change text for good.
fn lossy(normalizer: &Json) -> bool {
    match normalizer.get("type").and_then(Json::as_str) {
        None | Some("Prepend" | "Replace") => false,
        Some("Sequence") => normalizer["normalizers"].as_array().is_none_or(|n| n.iter().any(lossy)),
        Some(_) => true,
    }
}

fn spelt(token: &str, spelling: Spelling) -> Vec<u8> {
    match spelling {
        Spelling::ByteLevel => token.chars().flat_map(byte_level).collect(),
        Spelling::Fallback(_) => match token.strip_prefix("<0x").and_then(|t| t.strip_suffix('>')) {
            Some(hex) if hex.len() == 2 && u8::from_str_radix(hex, 16).is_ok() => {
                vec![u8::from_str_radix(hex, 16).unwrap_or_default()]
            }
            _ => token.replace('\u{2581}', " ").into_bytes(),
        },
        Spelling::WordPiece => match token.strip_prefix("##") {
            Some(rest) => rest.as_bytes().to_vec(),
            None => format!(" {token}").into_bytes(),
        },
        Spelling::Plain => token.as_bytes().to_vec(),
    }
}

/// The byte for a character of the byte-level alphabet: printable Latin-1 characters stand for themselves, the other
/// bytes for the characters from U+0100 on, in order. Characters outside the alphabet stand for themselves.
fn byte_level(c: char) -> Vec<u8> {
    let own = |b: u32| matches!(b, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    let code = c as u32;
    if code < 0x100 && own(code) {
        return vec![code as u8];
    }
    let nth = (code as usize).checked_sub(0x100);
    match nth.and_then(|n| (0..0x100u32).filter(|&b| !own(b)).nth(n)) {
        Some(b) => vec![b as u8],
        None => c.to_string().into_bytes(),
    }
}
