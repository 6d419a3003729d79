//! The text that directions are described on: what can be seen of each token without any network.

use std::ops::Range;

use crate::error::{Error, Result};

/// Something about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Which token it is.
    Token,
    /// Which token stands before it.
    Before,
    /// What kind: digit, punctuation, word with a capital, beginning or continuation of a word.
    Kind,
    /// Its last two letters.
    Ending,
    /// Its position, by powers of two.
    Position,
}

impl Rule {
    /// All of them.
    pub const ALL: &'static [Rule] = &[Rule::Token, Rule::Before, Rule::Kind, Rule::Ending, Rule::Position];
    /// What it looks at.
    pub fn words(self) -> &'static str {
        match self {
            Rule::Token => "the token",
            Rule::Before => "the token before",
            Rule::Kind => "the kind of token",
            Rule::Ending => "the token's ending",
            Rule::Position => "the position",
        }
    }
}

const KINDS: [&str; 7] = ["space", "digit", "punctuation", "Word", "wordpart with capital", "word", "wordpart"];

/// Tokens of documents of one length, cut into fragments.
#[derive(Clone, Debug)]
pub struct Corpus {
    ids: Vec<u32>,
    texts: Vec<String>,
    length: usize,
    fragment: usize,
    endings: Vec<u64>,
}

impl Corpus {
    /// Documents of `length` tokens one after the other, with each token's text; cut into fragments of `fragment` tokens.
    ///
    /// # Errors
    /// [`Error::Setting`] unless there are as many texts as tokens, whole documents, and whole fragments in a document.
    pub fn new(ids: Vec<u32>, texts: Vec<String>, length: usize, fragment: usize) -> Result<Corpus> {
        let whole = |n: usize, part: usize| part > 0 && n.is_multiple_of(part);
        if ids.len() != texts.len() || ids.is_empty() || !whole(ids.len(), length) || !whole(length, fragment) {
            let (n, t) = (ids.len(), texts.len());
            let problem = format!("{n} tokens, {t} texts, documents of {length} and fragments of {fragment} tokens");
            return Err(Error::Setting { what: "corpus", problem });
        }
        let endings = texts.iter().map(|t| ending(t)).collect();
        Ok(Corpus { ids, texts, length, fragment, endings })
    }
    /// How many tokens there are.
    pub fn rows(&self) -> usize {
        self.ids.len()
    }
    /// How many fragments.
    pub fn fragments(&self) -> usize {
        self.ids.len() / self.fragment
    }
    /// The rows of a fragment.
    pub fn fragment(&self, number: usize) -> Range<usize> {
        number * self.fragment..(number + 1) * self.fragment
    }
    /// The text of a token.
    pub fn text(&self, row: usize) -> &str {
        &self.texts[row]
    }
    /// Which of a rule's cases a row is.
    pub fn case(&self, rule: Rule, row: usize) -> u64 {
        let at = row % self.length;
        match rule {
            Rule::Token => u64::from(self.ids[row]),
            Rule::Before if at == 0 => u64::MAX,
            Rule::Before => u64::from(self.ids[row - 1]),
            Rule::Kind => kind(&self.texts[row]),
            Rule::Ending => self.endings[row],
            Rule::Position => (at + 1).ilog2().into(),
        }
    }
    /// A case in words.
    pub fn words(&self, rule: Rule, case: u64) -> String {
        let token = |case: u64| {
            let row = self.ids.iter().position(|&id| u64::from(id) == case);
            row.map_or_else(|| "nothing".to_owned(), |r| format!("{:?}", self.texts[r]))
        };
        match rule {
            Rule::Token | Rule::Before => token(case),
            Rule::Kind => KINDS.get(case as usize).map_or_else(String::new, |k| (*k).to_owned()),
            Rule::Ending => {
                format!("-{}", [case >> 32, case & 0xffff_ffff].into_iter().filter_map(letter).collect::<String>())
            }
            Rule::Position => format!("{} to {}", (1u64 << case) - 1, (2u64 << case) - 2),
        }
    }
}

fn letter(code: u64) -> Option<char> {
    u32::try_from(code).ok().filter(|c| *c > 0).and_then(char::from_u32)
}

fn ending(text: &str) -> u64 {
    let mut last = text.trim_end().chars().rev().map(|c| u64::from(u32::from(c)));
    let one = last.next().unwrap_or(0);
    (last.next().unwrap_or(0) << 32) | one
}

fn kind(text: &str) -> u64 {
    let begins = text.starts_with(char::is_whitespace);
    match text.trim_start().chars().next() {
        None => 0,
        Some(c) if c.is_numeric() => 1,
        Some(c) if !c.is_alphabetic() => 2,
        Some(c) if c.is_uppercase() => 3 + u64::from(!begins),
        Some(_) => 5 + u64::from(!begins),
    }
}
