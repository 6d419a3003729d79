//! Text as it comes: whole characters out of single tokens, and strings that end the text.
//!
//! A token may end in the middle of a character, and a stop string may begin in one token and end in another. The
//! stream holds back exactly the bytes that may still turn out to be such a part, and nothing more.

/// Turns the bytes of tokens into text piece by piece.
///
/// ```
/// use symbolon_lm::Stream;
/// let mut s = Stream::new(["END".to_string()]);
/// assert_eq!(s.push("snow ".as_bytes()), "snow ");
/// assert_eq!(s.push(&[0xe2, 0x98]), ""); // two of three bytes of a snowman
/// assert_eq!(s.push(&[0x83]), "☃");
/// assert_eq!(s.push(b" EN"), " ");
/// assert_eq!(s.push(b"D and more"), "");
/// assert_eq!(s.stopped(), Some("END"));
/// ```
#[derive(Clone, Debug)]
pub struct Stream {
    stops: Vec<String>,
    held: Vec<u8>,
    stopped: Option<usize>,
}

impl Stream {
    /// A stream that ends before the first of the given strings; empty ones are ignored.
    pub fn new(stops: impl IntoIterator<Item = String>) -> Self {
        Self { stops: stops.into_iter().filter(|s| !s.is_empty()).collect(), held: Vec::new(), stopped: None }
    }
    /// The stop string that ended the text.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.map(|i| &*self.stops[i])
    }
    /// Takes bytes; gives the text that is certain now.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        if self.stopped.is_some() {
            return String::new();
        }
        self.held.extend_from_slice(bytes);
        let found = self.stops.iter().enumerate().filter_map(|(i, s)| Some((find(&self.held, s.as_bytes())?, i))).min();
        if let Some((at, which)) = found {
            self.stopped = Some(which);
            let out = String::from_utf8_lossy(&self.held[..at]).into_owned();
            self.held.clear();
            return out;
        }
        let waiting = self.stops.iter().map(|s| overlap(&self.held, s.as_bytes())).max().unwrap_or(0);
        let sure = whole_characters(&self.held[..self.held.len() - waiting]);
        let out = String::from_utf8_lossy(&self.held[..sure]).into_owned();
        self.held.drain(..sure);
        out
    }
    /// What was held back, when no more tokens come; bytes that are no text become `�`.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.held)).into_owned()
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|w| w == what)
}

/// The longest end of `text` that is a beginning of `stop`.
fn overlap(text: &[u8], stop: &[u8]) -> usize {
    (1..stop.len()).rev().find(|&n| text.ends_with(&stop[..n])).unwrap_or(0)
}

/// How many bytes can be shown: all but the beginning of a character at the end that more bytes may complete.
fn whole_characters(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    for at in (from..bytes.len()).rev() {
        let need = match bytes[at] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return bytes.len(),
        };
        let open = at + need > bytes.len() && std::str::from_utf8(&bytes[at..]).is_err_and(|e| e.error_len().is_none());
        return if open { at } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &[u8], cuts: &[usize], stops: &[&str]) -> (String, Option<String>) {
        let mut s = Stream::new(stops.iter().map(|s| s.to_string()));
        let mut at: Vec<usize> = cuts.iter().map(|c| c % (text.len() + 1)).collect();
        at.extend([0, text.len()]);
        at.sort_unstable();
        let mut out: String = at.windows(2).map(|w| s.push(&text[w[0]..w[1]])).collect();
        out += &s.finish();
        (out, s.stopped().map(str::to_string))
    }

    proptest! {
        #[test]
        fn cuts_do_not_change_the_text(text: String, cuts: Vec<usize>) {
            prop_assert_eq!(cut(text.as_bytes(), &cuts, &["\u{0}\u{0}never"]), (text, None));
        }
        #[test]
        fn broken_bytes_come_out_as_in_one_piece(bytes: Vec<u8>, cuts: Vec<usize>) {
            prop_assert_eq!(cut(&bytes, &cuts, &[]).0, String::from_utf8_lossy(&bytes));
        }
        #[test]
        fn the_first_stop_string_ends_the_text(text in "[ab☃]{0,12}", cuts: Vec<usize>) {
            let stops = ["ab☃", "bb", "☃a"];
            // Brute force: a stop counts at the moment its last byte has come; the earliest ending wins unless one
            // that began earlier ends in the same piece, so compare on pieces of one byte.
            let bytes = text.as_bytes();
            let single: Vec<usize> = (0..bytes.len()).collect();
            let end = (0..=bytes.len()).find_map(|e| {
                let s = stops.iter().filter(|s| bytes[..e].ends_with(s.as_bytes())).max_by_key(|s| s.len())?;
                Some((e - s.len(), s.to_string()))
            });
            let expected = match end {
                Some((at, stop)) => (text[..at].to_string(), Some(stop)),
                None => (text.clone(), None),
            };
            prop_assert_eq!(cut(bytes, &single, &stops), expected.clone());
            let any = cut(bytes, &cuts, &stops);
            prop_assert_eq!(any.1.is_some(), expected.1.is_some());
            prop_assert!(text.starts_with(&any.0));
        }
    }
}
