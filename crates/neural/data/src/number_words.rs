//! Numbers below a thousand in English words, and the words by number.

use crate::error::{Result, request};
use symbolon_tensor::{Rng, Tensor};

/// All words, in a fixed order: their places are their tokens.
pub const NUMBER_WORDS: [&str; 29] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
];

/// The token of the word `and`, behind [`NUMBER_WORDS`].
pub const AND: usize = NUMBER_WORDS.len();

/// The tokens of a number below a thousand.
///
/// ```
/// use symbolon_data::{number_tokens, number_text};
/// assert_eq!(number_text(334), "three hundred and thirty four");
/// assert_eq!(number_tokens(20), [20]);
/// ```
///
/// # Panics
/// When the number is a thousand or more.
pub fn number_tokens(n: usize) -> Vec<usize> {
    assert!(n < 1000, "number words end at 999, this is {n}");
    let below = |n: usize| match (n, n / 10, n % 10) {
        (0..20, ..) => vec![n],
        (_, tens, 0) => vec![18 + tens],
        (_, tens, ones) => vec![18 + tens, ones],
    };
    match (n / 100, n % 100) {
        (0, rest) => below(rest),
        (hundreds, 0) => vec![hundreds, 28],
        (hundreds, rest) => [vec![hundreds, 28, AND], below(rest)].concat(),
    }
}

/// A number below a thousand in words.
///
/// # Panics
/// As [`number_tokens`].
pub fn number_text(n: usize) -> String {
    let words = number_tokens(n).into_iter().map(|t| NUMBER_WORDS.get(t).copied().unwrap_or("and"));
    words.collect::<Vec<_>>().join(" ")
}

/// Numbers in words as a network reads them.
#[derive(Clone, Debug)]
pub struct NumberTexts {
    /// Tokens, `[numbers, 5]`, filled up with zeros: no number below a thousand has more words.
    pub tokens: Tensor,
    /// The place of each one's last token, `[numbers]`.
    pub last: Tensor,
    /// The numbers themselves, `[numbers, 1]`, `F32`.
    pub values: Tensor,
}

/// Words of the longest number.
const LONGEST: usize = 5;

impl NumberTexts {
    /// Of these numbers.
    ///
    /// # Panics
    /// As [`number_tokens`].
    pub fn of(numbers: &[usize]) -> Self {
        let rows: Vec<Vec<usize>> = numbers.iter().map(|n| number_tokens(*n)).collect();
        let padded = rows.iter().flat_map(|r| (0..LONGEST).map(move |i| r.get(i).map_or(0, |t| *t as i64)));
        Self {
            tokens: Tensor::from(padded.collect::<Vec<i64>>()).reshape([rows.len(), LONGEST]),
            last: Tensor::from(rows.iter().map(|r| r.len() as i64 - 1).collect::<Vec<i64>>()),
            values: Tensor::from(numbers.iter().map(|n| *n as f32).collect::<Vec<f32>>()).unsqueeze(1),
        }
    }
    /// Numbers to learn from, each word standing alone in one of them as far as words do, and others to be asked about.
    ///
    /// # Errors
    /// [`Error::Request`](crate::Error::Request) for fewer known ones than there are words, or more than a thousand in all.
    pub fn split(known: usize, asked: usize, rng: &mut Rng) -> Result<[Self; 2]> {
        let alone: Vec<usize> = (0..20).chain((20..100).step_by(10)).chain([100]).collect();
        if known < alone.len() || known.saturating_add(asked) > 1000 {
            let (least, given) = (alone.len(), format!("{known} known and {asked} asked"));
            return Err(request(
                "numbers",
                given,
                format!("give at least {least} known ones, and 1000 in all at most"),
            ));
        }
        let order = rng.permutation(1000).to_vec::<i64>().into_iter().map(|i| i as usize);
        let others: Vec<usize> = order.filter(|i| !alone.contains(i)).collect();
        let (first, last) = (&others[..known - alone.len()], &others[others.len() - asked..]);
        Ok([Self::of(&[&alone[..], first].concat()), Self::of(last)])
    }
}
