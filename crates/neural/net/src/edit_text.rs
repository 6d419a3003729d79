//! Edits as text, for command lines and notes: `zero@heads=5;positions=-1`.
//!
//! ```text
//!  edit   = what [ "@" part { ";" part } ]
//!  what   = zero | batch_mean | scale(NUMBER) | add(NUMBER or FILE) | replace(NUMBER or FILE) | mean(FILE) | out_of(FILE) | onto(FILE)
//!  part   = (rows | heads | positions | units) "=" INDEX or FROM..TO { "," .. }
//! ```
//!
//! A file is a NumPy `.npy` array. Indices may count from the back; a range ends before its end.

use crate::edit::Edit;
use crate::error::{Error, Result};
use crate::select::Select;
use std::path::Path;
use std::str::FromStr;
use symbolon_tensor::{Tensor, io::read_npy};

/// More indices than anybody types.
const MOST: i64 = 1 << 20;

impl FromStr for Edit {
    type Err = Error;
    /// Reads an edit, such as `scale(0.5)` or `add(steer.npy)@positions=3..7`.
    fn from_str(text: &str) -> Result<Self> {
        let bad = |problem: String| Error::Edit { text: text.to_owned(), problem };
        let (what, parts) = text.split_once('@').map_or((text, None), |(w, p)| (w, Some(p)));
        let edit = read_what(what.trim()).map_err(|e| match e {
            Wrong::Text(problem) => bad(problem),
            Wrong::File(e) => e,
        })?;
        let select = parts.map_or(Ok(Select::all()), read_parts).map_err(bad)?;
        Ok(edit.at(select))
    }
}

enum Wrong {
    Text(String),
    File(Error),
}

fn read_what(text: &str) -> std::result::Result<Edit, Wrong> {
    let (name, inside) = match text.split_once('(') {
        Some((name, rest)) => {
            let inside = rest.strip_suffix(')').ok_or_else(|| Wrong::Text("a bracket is not closed".into()))?;
            (name.trim(), Some(inside.trim()))
        }
        None => (text, None),
    };
    let number = |t: &str| t.parse::<f64>().ok().filter(|x| x.is_finite());
    let file = |t: &str| read_npy(Path::new(t)).map_err(|e| Wrong::File(e.into()));
    let numbers = |t: &str| match number(t) {
        Some(x) => Ok(Tensor::scalar(x as f32)),
        None => file(t),
    };
    Ok(match (name, inside) {
        ("zero", None) => Edit::Zero,
        ("batch_mean", None) => Edit::BatchMean,
        ("scale", Some(t)) => {
            Edit::Scale(number(t).ok_or_else(|| Wrong::Text(format!("`{t}` is no number to scale by")))?)
        }
        ("add", Some(t)) => Edit::Add(numbers(t)?),
        ("replace", Some(t)) => Edit::Replace(numbers(t)?),
        ("mean", Some(t)) => Edit::Mean(file(t)?),
        ("out_of", Some(t)) => Edit::out_of(&rows(file(t)?)).map_err(Wrong::File)?,
        ("onto", Some(t)) => Edit::onto(&rows(file(t)?)).map_err(Wrong::File)?,
        _ => return Err(Wrong::Text(format!("`{text}` is none"))),
    })
}

/// One direction is a matrix of one row.
fn rows(x: Tensor) -> Tensor {
    if x.rank() == 1 { x.unsqueeze(0) } else { x }
}

fn read_parts(text: &str) -> std::result::Result<Select, String> {
    let mut select = Select::all();
    for part in text.split(';') {
        let (name, list) = part.split_once('=').ok_or_else(|| format!("`{part}` names no part"))?;
        let mut indices = Vec::new();
        for item in list.split(',').map(str::trim) {
            let number = |t: &str| t.trim().parse::<i64>().map_err(|_| format!("`{item}` is no index"));
            match item.split_once("..") {
                None => indices.push(number(item)?),
                Some((from, to)) => {
                    let (from, to) = (number(from)?, number(to)?);
                    if to <= from || to - from > MOST || (from < 0) != (to <= 0) {
                        return Err(format!("`{item}` is no range of indices"));
                    }
                    indices.extend(from..to);
                }
            }
        }
        select = select.and(match name.trim() {
            "rows" => Select::rows(indices),
            "heads" => Select::heads(indices),
            "positions" => Select::positions(indices),
            "units" => Select::units(indices),
            other => return Err(format!("`{other}` is none of rows, heads, positions, units")),
        });
    }
    Ok(select)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::{Activation, Axis};
    use proptest::prelude::*;

    fn edited(text: &str) -> Vec<f32> {
        let x = Activation::new(
            Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]).unsqueeze(0),
            &[Axis::Batch, Axis::Position, Axis::Unit],
        );
        text.parse::<Edit>().unwrap().apply(&x.unwrap()).unwrap().tensor().to_vec()
    }

    #[test]
    fn edits_do_what_they_say() {
        assert_eq!(edited("zero"), [0.0; 6]);
        assert_eq!(edited("scale(-2)"), [-2.0, -4.0, -6.0, -8.0, -10.0, -12.0]);
        assert_eq!(edited("add(0.5)@positions=-1;units=0..2"), [1.0, 2.0, 3.0, 4.5, 5.5, 6.0]);
        assert_eq!(edited("replace(7)@units=-2..0"), [1.0, 7.0, 7.0, 4.0, 7.0, 7.0]);
    }

    #[test]
    fn files_are_read_and_missing_ones_named() {
        let file = std::env::temp_dir().join(format!("symbolon-edit-{}.npy", std::process::id()));
        symbolon_tensor::io::write_npy(&file, &Tensor::from([10.0f32, 20.0, 30.0])).unwrap();
        assert_eq!(edited(&format!("add({})@positions=0", file.display())), [11.0, 22.0, 33.0, 4.0, 5.0, 6.0]);
        std::fs::remove_file(&file).unwrap();
        assert!("add(nowhere.npy)".parse::<Edit>().unwrap_err().to_string().contains("nowhere.npy"));
    }

    #[test]
    fn what_is_no_edit_is_refused_with_the_notation() {
        for text in ["", "sing", "scale", "scale(x)", "scale(1", "zero@", "zero@heads", "zero@feet=1", "zero@heads=a"] {
            let e = text.parse::<Edit>().unwrap_err().to_string();
            assert!(e.contains("scale(0.5)"), "{e}");
        }
        for text in ["zero@heads=3..3", "zero@heads=-2..4", "zero@heads=0..99999999999"] {
            assert!(text.parse::<Edit>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_stops_the_program(text in "[a-z(@=;,.)0-9-]{0,30}") {
            let _ = text.parse::<Edit>();
        }
    }
}
