//! Colours and type: one style sheet of custom properties, in a light and a dark version, that every picture and page reads.
//!
//! Elements carry classes (`s2`: third series, `q17`: level 17 of the sequential colour map, `muted`), never colours. The sheet
//! gives the classes their colours; `prefers-color-scheme` picks the version, and print always takes the light one. Series are
//! also told apart by marker shape or pattern, verdicts by sign and word: nothing depends on colour alone. The tests below hold
//! the palette to a contrast of at least 3:1 on its background (WCAG 1.4.11) and its colours apart for all three dichromacies.

use std::fmt::Write as _;

/// Number of colours for series; further series repeat them with other markers.
pub(crate) const SERIES: usize = 6;
/// Levels of the colour maps; odd, so that the diverging one has a middle.
pub(crate) const LEVELS: usize = 41;

/// The class of a series.
pub(crate) fn series(index: usize) -> String {
    format!("s{}", index % SERIES)
}

/// The class of the sequential map's level for `t` between 0 and 1.
pub(crate) fn sequential(t: f64) -> String {
    format!("q{}", level(t))
}

/// The class of the diverging map's level for `t` between -1 and 1.
pub(crate) fn diverging(t: f64) -> String {
    format!("d{}", level((t + 1.0) / 2.0))
}

pub(crate) fn level(t: f64) -> usize {
    let t = if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 };
    (t * (LEVELS - 1) as f64).round() as usize
}

type Rgb = [u8; 3];

struct Theme {
    plain: [(&'static str, u32); 13],
    series: [u32; SERIES],
    sequential: [u32; 5],
    diverging: [u32; 5],
}

/// White paper.
const LIGHT: Theme = Theme {
    plain: [
        ("bg", 0xffffff),
        ("panel", 0xf5f7f9),
        ("ink", 0x1a2230),
        ("muted", 0x55606e),
        ("rule", 0x8a95a3),
        ("grid", 0xe3e8ee),
        ("link", 0x0a5ea8),
        ("good", 0x0d7a46),
        ("bad", 0xb3261e),
        ("open", 0x7a5b00),
        ("node", 0xeef3f8),
        ("leaf", 0xe9f6ef),
        ("gate", 0xfdf3e3),
    ],
    series: [0x0072b2, 0xd55f02, 0x009573, 0x9b4e94, 0x7b6104, 0x4a5560],
    sequential: [0xf3f6fb, 0xb7d3ea, 0x5ea3d0, 0x1f6aa5, 0x082f5f],
    diverging: [0x0b4a86, 0x7fb0d8, 0xf4f4f2, 0xe8a06b, 0x9a3b00],
};

/// A dark screen.
const DARK: Theme = Theme {
    plain: [
        ("bg", 0x14181f),
        ("panel", 0x1c222b),
        ("ink", 0xe6eaf0),
        ("muted", 0xa3adba),
        ("rule", 0x6d7988),
        ("grid", 0x2a323d),
        ("link", 0x78b7f0),
        ("good", 0x56cf8f),
        ("bad", 0xff8a80),
        ("open", 0xe6c25a),
        ("node", 0x222b37),
        ("leaf", 0x1c322a),
        ("gate", 0x382d1c),
    ],
    series: [0x5aaaf4, 0xff8f3f, 0x3cd09e, 0xd49ecc, 0xe3cd52, 0xa0a2a1],
    sequential: [0x1b222c, 0x1d4a72, 0x2f7fb5, 0x76b9e3, 0xe4f3fd],
    diverging: [0x8ecbff, 0x2f6ea6, 0x262b32, 0xb0602a, 0xffb37e],
};

/// The style sheet: custom properties for `root`, then the rules of all pictures.
pub(crate) fn css(root: &str) -> String {
    let mut css = format!("{root}{{color-scheme:light dark;{}}}\n", properties(&LIGHT));
    let _ = writeln!(css, "@media screen and (prefers-color-scheme:dark){{{root}{{{}}}}}", properties(&DARK));
    css.push_str(include_str!("drawing.css"));
    for i in 0..SERIES {
        let _ = writeln!(css, ".sy .s{i}{{--c:var(--s{i})}}");
    }
    for i in 0..LEVELS {
        let _ = write!(css, ".sy .q{i}{{fill:var(--q{i})}}.sy .on.q{i}{{fill:var(--qi{i})}}");
        let _ = writeln!(css, ".sy .d{i}{{fill:var(--d{i})}}.sy .on.d{i}{{fill:var(--di{i})}}");
    }
    css
}

fn properties(theme: &Theme) -> String {
    let mut out = String::new();
    for (name, colour) in theme.plain {
        let _ = write!(out, "--{name}:#{colour:06x};");
    }
    for (i, colour) in theme.series.iter().enumerate() {
        let _ = write!(out, "--s{i}:#{colour:06x};");
    }
    for (letter, anchors) in [('q', &theme.sequential), ('d', &theme.diverging)] {
        for (i, colour) in ramp(anchors).iter().enumerate() {
            let ink = if contrast(*colour, [255; 3]) >= contrast(*colour, [0; 3]) { "fff" } else { "000" };
            let _ = write!(out, "--{letter}{i}:{};--{letter}i{i}:#{ink};", hex(*colour));
        }
    }
    out
}

/// The colours of a map, for pictures made of pixels.
pub(crate) fn map(dark: bool, diverging: bool) -> Vec<Rgb> {
    let theme = if dark { &DARK } else { &LIGHT };
    ramp(if diverging { &theme.diverging } else { &theme.sequential })
}

/// Evenly spaced levels between anchors, interpolated in Oklab (Ottosson 2020), where equal steps look equal.
fn ramp(anchors: &[u32; 5]) -> Vec<Rgb> {
    let labs = anchors.map(|c| oklab(rgb(c)));
    (0..LEVELS)
        .map(|i| {
            let at = i as f64 / (LEVELS - 1) as f64 * 4.0;
            let from = (at as usize).min(3);
            let t = at - from as f64;
            from_oklab(std::array::from_fn(|k| labs[from][k] + t * (labs[from + 1][k] - labs[from][k])))
        })
        .collect()
}

fn rgb(c: u32) -> Rgb {
    [(c >> 16) as u8, (c >> 8) as u8, c as u8]
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn linear(c: Rgb) -> [f64; 3] {
    c.map(|v| {
        let v = f64::from(v) / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    })
}

fn gamma(v: f64) -> u8 {
    let v = v.clamp(0.0, 1.0);
    let v = if v <= 0.0031308 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
    (v * 255.0).round() as u8
}

fn times(m: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

fn oklab(c: Rgb) -> [f64; 3] {
    let lms = times(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ],
        linear(c),
    );
    times(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ],
        lms.map(f64::cbrt),
    )
}

fn from_oklab(lab: [f64; 3]) -> Rgb {
    let lms = times(
        [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]],
        lab,
    );
    times(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ],
        lms.map(|v| v * v * v),
    )
    .map(gamma)
}

/// Relative luminance of WCAG 2.
fn luminance(c: Rgb) -> f64 {
    let [r, g, b] = linear(c);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast ratio of WCAG 2: from 1 to 21.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(theme: &Theme, name: &str) -> Rgb {
        rgb(theme.plain.iter().find(|(n, _)| *n == name).unwrap().1)
    }

    /// Full dichromacy in linear RGB (Machado, Oliveira, Fernandes 2009).
    const DICHROMACIES: [(&str, [[f64; 3]; 3]); 3] = [
        (
            "protanopia",
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        ),
        (
            "deuteranopia",
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        ),
        (
            "tritanopia",
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        ),
    ];

    fn distance(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (oklab(a), oklab(b));
        (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn everything_can_be_seen_on_its_background() {
        for theme in [&LIGHT, &DARK] {
            for surface in ["bg", "panel", "node", "leaf", "gate"] {
                let back = plain(theme, surface);
                for name in ["ink", "muted", "link", "good", "bad", "open"] {
                    assert!(contrast(plain(theme, name), back) >= 4.5, "text {name} on {surface}");
                }
                assert!(contrast(plain(theme, "rule"), back) >= 2.7, "rule on {surface}");
            }
            for (i, &colour) in theme.series.iter().enumerate() {
                let ratio = contrast(rgb(colour), plain(theme, "bg"));
                assert!(ratio >= 3.0, "series {i}: {ratio}");
            }
        }
    }

    #[test]
    fn series_differ_for_colour_blind_readers() {
        for theme in [&LIGHT, &DARK] {
            for i in 0..SERIES {
                for j in 0..i {
                    let (a, b) = (rgb(theme.series[i]), rgb(theme.series[j]));
                    for (name, matrix) in DICHROMACIES {
                        let see = |c: Rgb| times(matrix, linear(c)).map(gamma);
                        let apart = distance(see(a), see(b));
                        assert!(apart >= 0.06, "series {i} and {j} under {name}: {apart:.3}");
                    }
                }
            }
        }
    }

    #[test]
    fn maps_are_ordered_by_lightness_and_labels_on_them_readable() {
        for dark in [false, true] {
            let sequential = map(dark, false);
            let rising = |maps: &[Rgb]| maps.windows(2).all(|w| luminance(w[0]) < luminance(w[1]));
            let reversed: Vec<Rgb> = sequential.iter().rev().copied().collect();
            assert!(rising(if dark { &sequential } else { &reversed }));
            let diverging = map(dark, true);
            let (low, high) = diverging.split_at(LEVELS / 2);
            let (low, high) = if dark { (high, low) } else { (low, high) };
            assert!(rising(low));
            assert!(rising(&high.iter().rev().copied().collect::<Vec<_>>()));
            for colour in sequential.into_iter().chain(diverging) {
                assert!(contrast(colour, [255; 3]).max(contrast(colour, [0; 3])) >= 4.5);
            }
        }
    }

    #[test]
    fn oklab_round_trip() {
        for c in [0x000000, 0xffffff, 0x123456, 0xfe8012] {
            assert_eq!(from_oklab(oklab(rgb(c))), rgb(c));
        }
    }
}
