//! Facts as text of a theory: how names and numbers are written so that the logic engine reads them back.

/// A name as an atom: as it is where that is one, else quoted.
pub fn atom(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// A quoted atom: quotes are doubled, backslashes and control characters escaped.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\x{:x}\\", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A number; what is not finite has no number in a theory and becomes the atom `none`.
pub fn real(x: f64) -> String {
    if !x.is_finite() {
        return "none".to_owned();
    }
    let text = format!("{x:?}");
    // Exponents need a point before them.
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}
