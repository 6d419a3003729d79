//! Small collections of text that ship with the program: statements and scenarios for contrasting concepts, and the same manual
//! pages in five languages.

use crate::csv::Csv;
use crate::error::Result;
use crate::source::Source;
use std::path::Path;

const FACTS: &[u8] = include_bytes!("../../../../data/repe/facts.csv");
const EMOTIONS: &[u8] = include_bytes!("../../../../data/repe/emotions.csv");

/// 612 short statements about the world, each with whether it is true (Zou et al. 2023).
///
/// ```
/// let facts = symbolon_data::facts()?;
/// assert_eq!((facts.len(), facts.iter().filter(|f| f.1).count()), (612, 306));
/// # Ok::<(), symbolon_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::Format`](crate::Error::Format) when the program was built from a damaged file.
pub fn facts() -> Result<Vec<(String, bool)>> {
    Ok(table("data/repe/facts.csv", FACTS)?.into_iter().map(|[statement, label]| (statement, label == "1")).collect())
}

/// 1,250 scenarios, each with the one of six emotions that it stands for (Zou et al. 2023).
///
/// # Errors
/// As [`facts`].
pub fn emotions() -> Result<Vec<(String, String)>> {
    Ok(table("data/repe/emotions.csv", EMOTIONS)?.into_iter().map(|[emotion, scenario]| (emotion, scenario)).collect())
}

/// A table of two columns behind a line of headings.
fn table(file: &str, bytes: &[u8]) -> Result<Vec<[String; 2]>> {
    let csv = Csv::parse(&Source::embedded(Path::new(file), bytes))?;
    let two = |(i, row): (usize, &Vec<String>)| match row.as_slice() {
        [a, b] => Ok([a.clone(), b.clone()]),
        _ => Err(csv.error(i, 0, "two columns are expected", "get the file again")),
    };
    csv.rows().iter().enumerate().map(two).collect()
}

const MANUALS: [(&str, &[u8]); 5] = [
    ("en", include_bytes!("../../../../data/manuals/en.txt")),
    ("fr", include_bytes!("../../../../data/manuals/fr.txt")),
    ("de", include_bytes!("../../../../data/manuals/de.txt")),
    ("es", include_bytes!("../../../../data/manuals/es.txt")),
    ("it", include_bytes!("../../../../data/manuals/it.txt")),
];

/// The same four manual pages in English, French, German, Spanish and Italian: language and text.
///
/// ```
/// let manuals = symbolon_data::manuals()?;
/// assert_eq!(manuals.iter().map(|m| m.0).collect::<Vec<_>>(), ["en", "fr", "de", "es", "it"]);
/// # Ok::<(), symbolon_data::Error>(())
/// ```
///
/// # Errors
/// As [`facts`].
pub fn manuals() -> Result<Vec<(&'static str, String)>> {
    let read = |(language, bytes): (&'static str, &[u8])| {
        let file = format!("data/manuals/{language}.txt");
        Ok((language, Source::embedded(Path::new(&file), bytes).text()?))
    };
    MANUALS.into_iter().map(read).collect()
}
