//! Patterns over site names, and names that are written nearly so.

use crate::error::{Error, Result};
use crate::site::{LONGEST, Site, SiteInfo, split_head};
use std::fmt;
use std::str::FromStr;

/// Which sites are meant.
///
/// `*` stands for anything within one part of a name, `**` for anything at all, `{a,b}` for one of several and `{2..5}`
/// for a number of a range (its end not included). A head in brackets at the end means that head's part of each site.
///
/// ```
/// use symbolon_net::{Pattern, Site};
/// let site = |s: &str| Site::new(s).unwrap();
/// let pattern: Pattern = "blocks.{0,3..6}.attn.*".parse()?;
/// assert!(pattern.matches(&site("blocks.5.attn.z")));
/// assert!(!pattern.matches(&site("blocks.1.attn.z")));
/// assert!("**.z[2]".parse::<Pattern>()?.matches(&site("blocks.1.attn.z[2]")));
/// # Ok::<(), symbolon_net::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    text: String,
    tokens: Vec<Token>,
    head: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Token {
    Text(String),
    /// Any characters but a dot.
    Star,
    /// Any characters.
    Any,
    /// One of several.
    OneOf(Vec<Choice>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Choice {
    Text(String),
    Numbers(usize, usize),
}

impl Pattern {
    /// A pattern from its text.
    ///
    /// # Errors
    /// [`Error::Pattern`] when braces or brackets are not closed or something stands in it that no name has.
    pub fn new(text: &str) -> Result<Self> {
        Self::parse(text).map_err(|problem| Error::Pattern { text: text.to_owned(), problem })
    }
    fn parse(text: &str) -> std::result::Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty".into());
        }
        if text.len() > LONGEST {
            return Err("it is too long".into());
        }
        let (name, head) = split_head(text)?;
        let mut tokens = Vec::new();
        let mut rest = name;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("**") {
                tokens.push(Token::Any);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('*') {
                tokens.push(Token::Star);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('{') {
                let (inside, after) = after.split_once('}').ok_or("a brace is not closed")?;
                tokens.push(Token::OneOf(inside.split(',').map(choice).collect::<std::result::Result<_, _>>()?));
                rest = after;
            } else {
                let end = rest.find(['*', '{']).unwrap_or(rest.len());
                let (plain, after) = rest.split_at(end);
                if !plain.chars().all(named) {
                    return Err(format!(
                        "`{}` does not occur in names",
                        plain.chars().find(|&c| !named(c)).unwrap_or(c)
                    ));
                }
                tokens.push(Token::Text(plain.to_owned()));
                rest = after;
            }
        }
        Ok(Self { text: text.to_owned(), tokens, head })
    }
    /// The head it asks for, if it asks for one.
    pub fn head(&self) -> Option<usize> {
        self.head
    }
    /// Whether a site is meant. A pattern without a head means whole sites, one with a head that head's part of them.
    pub fn matches(&self, site: &Site) -> bool {
        self.head == site.head() && self.covers(site.name())
    }
    /// Whether the name fits, whatever the head.
    ///
    /// Follows all ways through the pattern at once, so that no pattern takes longer than its length times the name's.
    pub(crate) fn covers(&self, name: &str) -> bool {
        let n = name.len();
        let mut at = vec![false; n + 1];
        at[0] = true;
        for token in &self.tokens {
            let mut next = vec![false; n + 1];
            for i in (0..=n).filter(|&i| at[i]) {
                let rest = &name[i..];
                match token {
                    Token::Text(t) if rest.starts_with(t.as_str()) => next[i + t.len()] = true,
                    Token::Text(_) => {}
                    Token::Star => {
                        let reach = rest.find('.').unwrap_or(rest.len());
                        next[i..=i + reach].fill(true);
                    }
                    Token::Any => next[i..].fill(true),
                    Token::OneOf(choices) => {
                        for choice in choices {
                            if let Some(length) = choice.length(rest) {
                                next[i + length] = true;
                            }
                        }
                    }
                }
            }
            at = next;
        }
        at[n]
    }
    /// The names among `sites` that are written most like this pattern, best first: what was perhaps meant.
    pub fn nearest(&self, sites: &[SiteInfo]) -> Vec<String> {
        // Numbers are taken from the pattern, so that `blocks.7.resid_pots` finds `blocks.7.resid_post`.
        let bare = self.text.split('[').next().unwrap_or_default();
        let mut scored: Vec<(f64, &SiteInfo)> =
            sites.iter().map(|s| (strsim::normalized_damerau_levenshtein(bare, s.site.name()), s)).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.site.cmp(&b.1.site)));
        scored.into_iter().take_while(|(score, _)| *score >= 0.5).take(3).map(|(_, s)| s.site.to_string()).collect()
    }
}

fn named(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn choice(text: &str) -> std::result::Result<Choice, String> {
    let text = text.trim();
    if let Some((from, to)) = text.split_once("..") {
        return match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) => Ok(Choice::Numbers(from, to)),
            _ => Err(format!("`{text}` is no range of numbers")),
        };
    }
    match text.chars().all(named) {
        true => Ok(Choice::Text(text.to_owned())),
        false => Err(format!("`{text}` does not occur in names")),
    }
}

impl Choice {
    /// How much of the beginning of `rest` it takes.
    fn length(&self, rest: &str) -> Option<usize> {
        match self {
            Self::Text(t) => rest.starts_with(t.as_str()).then_some(t.len()),
            Self::Numbers(from, to) => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                rest[..digits].parse().is_ok_and(|n: usize| (*from..*to).contains(&n)).then_some(digits)
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.text)
    }
}

impl FromStr for Pattern {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl TryFrom<&str> for Pattern {
    type Error = Error;
    fn try_from(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl TryFrom<&String> for Pattern {
    type Error = Error;
    fn try_from(text: &String) -> Result<Self> {
        Self::new(text)
    }
}

impl TryFrom<String> for Pattern {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        Self::new(&text)
    }
}

impl From<&Site> for Pattern {
    fn from(site: &Site) -> Self {
        Self { text: site.to_string(), tokens: vec![Token::Text(site.name().to_owned())], head: site.head() }
    }
}

impl From<&Pattern> for Pattern {
    fn from(pattern: &Pattern) -> Self {
        pattern.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fits(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).unwrap().matches(&Site::new(name).unwrap())
    }

    #[test]
    fn stars_stay_within_a_part() {
        assert!(fits("blocks.*.resid_post", "blocks.11.resid_post"));
        assert!(!fits("blocks.*", "blocks.11.resid_post"));
        assert!(fits("blocks.**", "blocks.11.resid_post"));
        assert!(fits("**", "logits"));
        assert!(fits("conv*", "conv12"));
        assert!(fits("*.*.mlp.{pre,post}", "blocks.0.mlp.post"));
        assert!(!fits("blocks.{0..3}.z", "blocks.3.z"));
        assert!(fits("blocks.{0..3}.z", "blocks.2.z"));
    }

    #[test]
    fn heads_are_asked_for_one_by_one() {
        assert!(fits("blocks.*.attn.z[5]", "blocks.0.attn.z[5]"));
        assert!(!fits("blocks.*.attn.z[5]", "blocks.0.attn.z[4]"));
        assert!(!fits("blocks.*.attn.z", "blocks.0.attn.z[4]"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "a{", "a[1", "a b", "{1..x}", "{*}", "a[*]"] {
            assert!(Pattern::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn misspelt_names_find_their_like() {
        let sites: Vec<SiteInfo> =
            ["blocks.7.resid_pre", "blocks.7.resid_post", "logits"].map(|s| SiteInfo::new(s, &[], &[])).to_vec();
        let nearest = Pattern::new("blocks.7.resid_pots").unwrap().nearest(&sites);
        assert_eq!(nearest.first().map(String::as_str), Some("blocks.7.resid_post"));
        assert!(Pattern::new("xyz").unwrap().nearest(&sites).is_empty());
    }

    /// The same by trying every split, for patterns of text and stars.
    fn slow(pattern: &[u8], name: &[u8]) -> bool {
        match pattern {
            [] => name.is_empty(),
            [b'*', b'*', rest @ ..] => (0..=name.len()).any(|i| slow(rest, &name[i..])),
            [b'*', rest @ ..] => {
                let reach = name.iter().position(|&c| c == b'.').unwrap_or(name.len());
                (0..=reach).any(|i| slow(rest, &name[i..]))
            }
            [c, rest @ ..] => name.first() == Some(c) && slow(rest, &name[1..]),
        }
    }

    proptest! {
        #[test]
        fn matching_is_trying_every_split(pattern in "[ab.*]{1,8}", name in "[ab.]{0,8}") {
            prop_assert_eq!(Pattern::new(&pattern).unwrap().covers(&name), slow(pattern.as_bytes(), name.as_bytes()));
        }
        #[test]
        fn no_text_stops_the_program(text in "\\PC{0,30}") {
            let _ = (Pattern::new(&text), Site::new(&text));
        }
    }
}
