//! Windows of tokens: the pieces of a text at which a network is looked at, and what its tokens look like.

use crate::error::Result;
use crate::tokenizer::Tokenizer;

/// Pieces of `length` tokens, `most` at most, spread over the whole text with gaps between them.
///
/// ```
/// let ids: Vec<u32> = (0..100).collect();
/// let pieces = symbolon_lm::spread(&ids, 4, 5);
/// assert_eq!(pieces.iter().map(|p| p[0]).collect::<Vec<_>>(), [0, 20, 40, 60, 80]);
/// assert_eq!(symbolon_lm::spread(&ids[..10], 4, 5).len(), 2); // Short texts give fewer, without overlap.
/// ```
pub fn spread(ids: &[u32], length: usize, most: usize) -> Vec<Vec<u32>> {
    let step = (ids.len() / most.max(1)).max(length).max(1);
    ids.chunks(step).filter(|s| s.len() >= length && length > 0).take(most).map(|s| s[..length].to_vec()).collect()
}

/// Whole pieces of `length` tokens, one behind the other in each text; what is left at the end of a text is left out. `most` in all.
///
/// # Errors
/// As [`Tokenizer::encode`].
pub fn whole_pieces(tokenizer: &Tokenizer, texts: &[String], length: usize, most: usize) -> Result<Vec<Vec<u32>>> {
    let mut all = Vec::new();
    for text in texts {
        all.extend(tokenizer.encode(text)?.chunks_exact(length.max(1)).map(<[u32]>::to_vec));
    }
    all.truncate(most);
    Ok(all)
}

/// Windows of `length` tokens whose last two are a pair of tokens, or only one of them at its place: which neurons know the pair
/// and not just its words? Of the second kind, `others` at most. Each window comes with whether it ends in the pair.
///
/// ```
/// let windows = symbolon_lm::pair_windows(&[0, 1, 2, 0, 2, 1, 3, 1, 2], [1, 2], 3, 2);
/// assert_eq!(windows, [(vec![0, 1, 2], true), (vec![2, 0, 2], false), (vec![2, 1, 3], false), (vec![3, 1, 2], true)]);
/// ```
pub fn pair_windows(ids: &[u32], [first, second]: [u32; 2], length: usize, others: usize) -> Vec<(Vec<u32>, bool)> {
    let (mut found, mut left) = (Vec::new(), others);
    for window in ids.windows(length.max(2)) {
        let [before, last] = [window[window.len() - 2], window[window.len() - 1]];
        let whole = before == first && last == second;
        let part = !whole && (before == first || last == second);
        if whole || (part && left > 0) {
            left -= usize::from(part);
            found.push((window.to_vec(), whole));
        }
    }
    found
}

/// Properties of a token that its text shows, by name.
///
/// ```
/// let of = |text: &str| symbolon_lm::SURFACE.iter().filter(|(_, is)| is(text)).map(|(n, _)| *n).collect::<Vec<_>>();
/// assert_eq!(of(" 42"), ["digit"]);
/// assert_eq!(of(" Houses"), ["capitalised", "ends in s"]);
/// assert_eq!((of(" class"), of(" bus"), of("s!")), (vec![], vec![], vec![]));
/// ```
pub const SURFACE: [(&str, fn(&str) -> bool); 3] = [
    ("digit", |t| t.trim().chars().any(|c| c.is_ascii_digit())),
    ("capitalised", |t| letters(t) && t.trim().chars().next().is_some_and(char::is_uppercase)),
    // The short ones and those in two s are seldom a plural or a verb's ending.
    ("ends in s", |t| letters(t) && t.trim().len() > 3 && t.ends_with('s') && !t.ends_with("ss")),
];

fn letters(text: &str) -> bool {
    !text.trim().is_empty() && text.trim().chars().all(char::is_alphabetic)
}
