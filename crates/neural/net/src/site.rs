//! Sites: the named places in a network where activations can be read and written.
//!
//! Names follow the field: `embed`, `blocks.{l}.resid_pre`, `blocks.{l}.attn.{q,k,v,pattern,z,out}`,
//! `blocks.{l}.mlp.{pre,post,out}`, `final_norm`, `logits`; in image networks `conv{i}`, `pool{i}`, `fc{i}`. One head
//! of a site with heads is written in brackets behind the name: `blocks.3.attn.z[5]`.

use crate::activation::{Axis, Role};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A validated site name. Cheap to clone; ordered as a reader would (`blocks.2` before `blocks.10`).
///
/// ```
/// use symbolon_net::Site;
/// let site: Site = "blocks.3.attn.z[5]".parse()?;
/// assert_eq!((site.layer(), site.part(), site.head()), (Some(3), "attn.z", Some(5)));
/// assert_eq!(site.without_head().to_string(), "blocks.3.attn.z");
/// assert!("blocks..z".parse::<Site>().is_err());
/// # Ok::<(), symbolon_net::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Site {
    name: Arc<str>,
    head: Option<usize>,
}

/// Longer names are refused: nobody means them.
pub(crate) const LONGEST: usize = 200;

impl Site {
    /// A site from its name.
    ///
    /// # Errors
    /// [`Error::Site`] unless the text is dot-separated words of letters, digits, `_` and `-`, perhaps followed by a
    /// head in brackets.
    pub fn new(text: &str) -> Result<Self> {
        let bad = |problem: &str| Error::Site { text: text.to_owned(), problem: problem.to_owned() };
        if text.len() > LONGEST {
            return Err(bad("it is too long"));
        }
        let (name, head) = split_head(text).map_err(|problem| bad(&problem))?;
        if name.split('.').any(str::is_empty) {
            return Err(bad("a part between dots is empty"));
        }
        if let Some(c) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))) {
            return Err(bad(&format!("`{c}` does not occur in names")));
        }
        Ok(Self { name: name.into(), head })
    }
    /// The name without a head: `blocks.3.attn.z`.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The layer's number: the first part that is a number, as in `blocks.3.attn.z`.
    pub fn layer(&self) -> Option<usize> {
        self.name.split('.').find_map(|w| w.parse().ok())
    }
    /// What follows the layer's number: `attn.z`; the whole name where there is no layer.
    pub fn part(&self) -> &str {
        let mut rest = &*self.name;
        while let Some((word, after)) = rest.split_once('.') {
            if word.parse::<usize>().is_ok() {
                return after;
            }
            rest = after;
        }
        &self.name
    }
    /// The head, where the site is one head's part of an activation.
    pub fn head(&self) -> Option<usize> {
        self.head
    }
    /// This site's part of one head.
    pub fn with_head(&self, head: usize) -> Self {
        Self { name: self.name.clone(), head: Some(head) }
    }
    /// The whole site that a head belongs to.
    pub fn without_head(&self) -> Self {
        Self { name: self.name.clone(), head: None }
    }
}

/// Takes a head in brackets off the end.
pub(crate) fn split_head(text: &str) -> std::result::Result<(&str, Option<usize>), String> {
    let Some((name, rest)) = text.split_once('[') else { return Ok((text, None)) };
    let digits = rest.strip_suffix(']').ok_or("a bracket is not closed at the end")?;
    match digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten() {
        Some(head) => Ok((name, Some(head))),
        None => Err(format!("`[{digits}]` is no head number")),
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.head {
            Some(head) => write!(f, "{}[{head}]", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Site({self})")
    }
}

impl FromStr for Site {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl TryFrom<String> for Site {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        Self::new(&text)
    }
}

impl From<Site> for String {
    fn from(site: Site) -> Self {
        site.to_string()
    }
}

impl Ord for Site {
    fn cmp(&self, other: &Self) -> Ordering {
        let words = |s: &'_ Site| s.name.split('.').map(|w| (w.parse::<u64>().ok(), w.to_owned())).collect::<Vec<_>>();
        words(self).cmp(&words(other)).then(self.head.cmp(&other.head))
    }
}

impl PartialOrd for Site {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a network says about one of its sites before any pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteInfo {
    /// Its name.
    pub site: Site,
    /// What the axes of its activation are.
    pub axes: Vec<Axis>,
    /// How long each axis is; `None` where the input decides (batch, positions).
    pub sizes: Vec<Option<usize>>,
}

impl SiteInfo {
    /// Describes a site; `sizes` gives one entry an axis.
    ///
    /// # Panics
    /// When the name is no site name or there are not as many sizes as axes: both are mistakes in a network.
    pub fn new(name: impl fmt::Display, axes: &[Axis], sizes: &[Option<usize>]) -> Self {
        let name = name.to_string();
        let site = Site::new(&name).unwrap_or_else(|e| panic!("a network names its sites: {e}"));
        assert_eq!(axes.len(), sizes.len(), "{name}: one size for each axis");
        Self { site, axes: axes.to_vec(), sizes: sizes.to_vec() }
    }
    /// How many units a row has (units, channels or keys), where that is known beforehand.
    pub fn width(&self) -> Option<usize> {
        self.size(Role::Unit)
    }
    /// How many heads there are.
    pub fn heads(&self) -> Option<usize> {
        self.size(Role::Head)
    }
    /// How long the axes of one role are together, where that is known and there are some.
    pub(crate) fn size(&self, role: Role) -> Option<usize> {
        let mut sizes = self.axes.iter().zip(&self.sizes).filter(|(a, _)| a.role() == role).map(|(_, n)| *n).peekable();
        sizes.peek()?;
        sizes.product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let site = Site::new("encoder.blocks.12.mlp.pre").unwrap();
        assert_eq!((site.layer(), site.part(), site.head()), (Some(12), "mlp.pre", None));
        let site = Site::new("conv1").unwrap();
        assert_eq!((site.layer(), site.part()), (None, "conv1"));
        assert_eq!(Site::new("blocks.0").unwrap().part(), "blocks.0");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", ".", "a.", "a b", "a[", "a[]", "a[x]", "a[1]b", "a[-1]", "a[+1]", "blocks.*.z", "ä", "[1]"] {
            assert!(Site::new(text).is_err(), "{text}");
        }
        assert!(Site::new(&"a".repeat(300)).is_err());
        assert!(Site::new("a[99999999999999999999999]").is_err());
    }

    #[test]
    fn order_is_a_readers_order_and_json_is_text() {
        let mut sites: Vec<Site> =
            ["blocks.10.z", "blocks.2.z[1]", "blocks.2.z", "blocks.2.z[0]"].map(|s| Site::new(s).unwrap()).to_vec();
        sites.sort();
        let text = serde_json::to_string(&sites).unwrap();
        assert_eq!(text, r#"["blocks.2.z","blocks.2.z[0]","blocks.2.z[1]","blocks.10.z"]"#);
        assert_eq!(serde_json::from_str::<Vec<Site>>(&text).unwrap(), sites);
        assert!(serde_json::from_str::<Site>("\"a..b\"").is_err());
    }
}
