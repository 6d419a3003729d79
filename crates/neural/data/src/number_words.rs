//! Numbers below a thousand in English words, and the words by number.

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
