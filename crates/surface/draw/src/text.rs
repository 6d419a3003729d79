//! Texts in pictures: how wide they are, how they are shortened and broken into lines, and how numbers are written.
//!
//! SVG cannot ask a font for its widths, so widths are estimated from classes of characters, a little on the wide side: a
//! label that is estimated to fit does fit in the common sans-serif fonts.

/// The estimated width of a text in pixels at a font size.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// The width of a character in units of the font size.
fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.32,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | ' ' | '-' | '/' | '\\' | '"' | 'I' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 1.0,
        'A'..='Z' | '=' | '+' | '<' | '>' | '~' | '&' | '#' => 0.73,
        'a'..='z' | '0'..='9' | '_' => 0.62,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
        '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁻' => 0.45,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1.05,
        '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}' => 1.3,
        _ => 0.78,
    }
}

/// The text, or as much of it as fits with `…` at the end. Line breaks become spaces.
pub fn fit(text: &str, size: f64, room: f64) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if width(&text, size) <= room {
        return text;
    }
    let mut kept = String::new();
    let mut used = em('…') * size;
    for c in text.chars() {
        used += em(c) * size;
        if used > room {
            break;
        }
        kept.push(c);
    }
    let kept = kept.trim_end();
    if kept.is_empty() { "…".into() } else { format!("{kept}…") }
}

/// The text in at most `lines` lines that fit in `room` pixels; the last ends with `…` if something was left over.
pub fn wrap(text: &str, size: f64, room: f64, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let longer = if current.is_empty() { word.to_string() } else { format!("{current} {word}") };
        if width(&longer, size) <= room || current.is_empty() {
            current = longer;
        } else if done.len() + 1 < lines {
            done.push(fit(&current, size, room));
            current = word.to_string();
        } else {
            current = format!("{longer} {}", words.by_ref().collect::<Vec<_>>().join(" "));
        }
    }
    if !current.is_empty() && done.len() < lines {
        done.push(fit(&current, size, room));
    }
    done
}

/// A number with this many decimals, with a real minus sign and groups of three digits from 10,000 on.
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return "n/a".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".into() } else { "−∞".into() };
    }
    let decimals = decimals.min(17);
    let text = format!("{:.*}", decimals, value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(w, r)| (w, Some(r)));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, c) in whole.chars().enumerate() {
        if whole.len() > 4 && i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// A number with this many significant digits, without trailing zeros; very large and very small ones as powers of ten.
pub fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() || value == 0.0 {
        return fixed(value, 0);
    }
    let digits = digits.clamp(1, 15);
    // What rounding makes of it decides: 0.9996 with three digits is 1.
    let scientific = format!("{:.*e}", digits - 1, value);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..=6).contains(&exponent) {
        return power(mantissa.parse().unwrap_or(value), exponent);
    }
    trim(fixed(value, (digits as i32 - 1 - exponent).max(0) as usize))
}

/// `1.5×10⁻⁷`; a mantissa of one is left out.
pub fn power(mantissa: f64, exponent: i32) -> String {
    let mantissa = trim(fixed(mantissa, 15));
    match mantissa.as_str() {
        "1" => format!("10{}", superscript(exponent)),
        "−1" => format!("−10{}", superscript(exponent)),
        _ => format!("{mantissa}×10{}", superscript(exponent)),
    }
}

fn superscript(n: i32) -> String {
    n.to_string()
        .chars()
        .map(|c| match c.to_digit(10) {
            Some(d) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][d as usize],
            None => '⁻',
        })
        .collect()
}

/// Without the zeros that end a decimal fraction.
fn trim(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// `1 node`, `2 nodes`, `1,200 nodes`.
pub fn count(n: usize, noun: &str) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if digits.len() > 3 && i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    format!("{out} {noun}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (value, digits, text) in [
            (0.0, 3, "0"),
            (-0.0, 3, "0"),
            (1.0, 3, "1"),
            (0.12345, 3, "0.123"),
            (-0.5, 2, "−0.5"),
            (123456.0, 3, "123,456"),
            (1.5e-7, 3, "1.5×10⁻⁷"),
            (1e12, 3, "10¹²"),
            (0.9996, 3, "1"),
            (f64::NAN, 3, "n/a"),
            (f64::NEG_INFINITY, 3, "−∞"),
        ] {
            assert_eq!(significant(value, digits), text, "{value}");
        }
        assert_eq!(fixed(-0.0004, 2), "0.00");
        assert_eq!(fixed(1234.5, 1), "1234.5");
        assert_eq!(fixed(-12345.678, 1), "−12,345.7");
        assert_eq!(count(1, "node"), "1 node");
        assert_eq!(count(12345, "node"), "12,345 nodes");
    }

    #[test]
    fn texts_are_cut_to_fit() {
        assert_eq!(fit("short", 12.0, 100.0), "short");
        let cut = fit("a rather long label that does not fit", 12.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0) <= 100.0, "{cut}");
        assert_eq!(fit("two\nlines", 12.0, 100.0), "two lines");
        let lines = wrap("one two three four five six seven eight nine ten", 12.0, 100.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && lines.iter().all(|l| width(l, 12.0) <= 100.0));
        assert!(wrap("", 12.0, 100.0, 2).is_empty());
    }
}
