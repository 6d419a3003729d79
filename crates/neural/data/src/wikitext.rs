//! Real English text, part of the program: articles of Wikipedia, for reading what language models do inside.
//!
//! The file lies in `data/wikitext` of the repository with its source, licence and the script that made it.

use crate::error::Result;
use crate::source::Source;
use std::path::Path;

const TEXT: &[u8] = include_bytes!("../../../../data/wikitext/wiki.txt.gz");
/// The first so many articles are for fitting, the others are held out.
const TRAIN: usize = 91;

/// Articles, each a list of paragraphs, with their fixed split: no article is in both parts.
#[derive(Clone, Debug)]
pub struct Articles {
    /// 91 articles, about 80,000 tokens.
    pub train: Vec<Vec<String>>,
    /// 23 articles, about 20,000 tokens.
    pub held_out: Vec<Vec<String>>,
}

/// The shipped articles.
///
/// ```
/// let articles = symbolon_data::wikitext::articles().unwrap();
/// assert_eq!((articles.train.len(), articles.held_out.len()), (91, 23));
/// assert!(articles.train[0][0].starts_with("It is closely related to the American lobster"));
/// ```
///
/// # Errors
/// [`Error::Format`](crate::Error::Format) when the program was built from a damaged file.
pub fn articles() -> Result<Articles> {
    let text = Source::embedded(Path::new("data/wikitext/wiki.txt.gz"), TEXT).text()?;
    let article = |a: &str| a.lines().map(str::to_owned).collect();
    let mut train: Vec<Vec<String>> = text.split("\n\n").map(article).collect();
    let held_out = train.split_off(TRAIN.min(train.len()));
    Ok(Articles { train, held_out })
}
