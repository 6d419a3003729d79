//! A look into one pass as a page: the lens as a table, norms and attention patterns as pictures.

use symbolon_draw::{Cell, Column, DrawError, Fact, HeatMap, Report, Table};
use symbolon_lm::{Guess, Inspection};
use symbolon_net::Site;

use crate::trace::Asked;

/// Positions that a table or a map shows; of longer prompts, the last ones.
const COLUMNS: usize = 24;
/// Attention patterns that a page shows.
const PATTERNS: usize = 64;

/// The page of what was found.
pub fn page(model: &str, prompt: &str, edits: &[Asked], found: &Inspection) -> Result<Report, DrawError> {
    let names: Vec<String> = found.tokens.iter().enumerate().map(|(i, (_, t))| format!("{i} {t:?}")).collect();
    let first = names.len().saturating_sub(COLUMNS);
    let mut page = Report::new(format!("Inside {model}")).subtitle(format!("{prompt:?}"));
    let said = found.next.last().and_then(|g| g.first());
    page = page.facts(
        [
            Some(Fact::new("tokens", names.len().to_string())),
            said.map(|g| Fact::new("next token", format!("{:?}", g.text)).remark(format!("p {:.3}", g.probability))),
            Some(Fact::new("sites recorded", found.sites.len().to_string())),
            Some(Fact::new("edits", edits.len().to_string())),
        ]
        .into_iter()
        .flatten(),
    );
    if !edits.is_empty() {
        page = page.section("Edits").list(edits.iter().map(|e| format!("`{}`", e.text)));
    }
    if first > 0 {
        page = page.text(format!("Of {} tokens, the last {COLUMNS} are shown.", names.len()));
    }
    if !found.lens.is_empty() {
        page = page.section("What each layer would say").table(lens(found, &names, first));
        page = page.wide_figure("How sure each layer is of its likeliest token.", sure(found, &names, first)?);
    }
    if !found.sites.is_empty() {
        page = page.section("Sites").table(sites(found));
        if let Some(map) = norms(found, &names, first)? {
            page = page.wide_figure("Norm of the recorded vectors, relative to the largest of each site.", map);
        }
    }
    let patterns: Vec<_> = found.patterns().collect();
    if !patterns.is_empty() {
        page = page.section("Where attention looks");
        if patterns.len() > PATTERNS {
            let left = patterns.len() - PATTERNS;
            page = page.text(format!("The first {PATTERNS} heads; {left} more were recorded and are left out here."));
        }
        for (site, square) in patterns.into_iter().take(PATTERNS) {
            let n = square.size(0);
            let (from, shown) = (n.saturating_sub(COLUMNS), n.min(COLUMNS));
            let values = square.narrow(0, from..).narrow(1, from..).to_vec::<f64>();
            let map = HeatMap::new(site.to_string(), shown, shown, &values)?;
            let map = map.rows("from", names[from..].to_vec()).columns("to", names[from..].to_vec());
            page = page.figure(format!("Head {}.", site.head().unwrap_or(0)), map.range(0.0, 1.0).measure("weight"));
        }
    }
    Ok(page)
}

fn lens(found: &Inspection, names: &[String], first: usize) -> Table {
    let mut table = Table::new("Likeliest next token at each layer and position").column(Column::text("read at"));
    for name in &names[first..] {
        table = table.column(Column::text(name));
    }
    let cell = |g: &Vec<Guess>| match g.first() {
        Some(g) => Cell::Code(format!("{:?} {:.0}%", g.text, 100.0 * g.probability)),
        None => Cell::Empty,
    };
    let row = |name: String, all: &[Vec<Guess>]| {
        let mut cells = vec![Cell::Text(name)];
        cells.extend(all.iter().skip(first).map(cell));
        cells
    };
    for layer in &found.lens {
        table = table.row(row(layer.site.to_string(), &layer.guesses));
    }
    table
        .row(row("the model".into(), &found.next))
        .note("Logit lens: the stream through the final norm and the unembedding.")
}

fn sure(found: &Inspection, names: &[String], first: usize) -> Result<HeatMap, DrawError> {
    let best = |g: &Vec<Guess>| g.first().map_or(f64::NAN, |g| g.probability);
    let values: Vec<f64> = found.lens.iter().flat_map(|l| l.guesses.iter().skip(first).map(best)).collect();
    let map = HeatMap::new("Confidence of the lens", found.lens.len(), names.len() - first, &values)?;
    let map = map.rows("read at", found.lens.iter().map(|l| short(&l.site)).collect::<Vec<_>>());
    Ok(map.columns("token", names[first..].to_vec()).range(0.0, 1.0).measure("probability").stretched())
}

/// A site's name as it fits beside a picture.
fn short(site: &Site) -> String {
    let head = site.head().map_or(String::new(), |h| format!("[{h}]"));
    site.layer().map_or_else(|| site.to_string(), |l| format!("{l} {}{head}", site.part().trim_start_matches("resid_")))
}

fn sites(found: &Inspection) -> Table {
    let mut table = Table::new("Recorded sites").column(Column::text("site")).column(Column::text("shape"));
    table = table.column(Column::number("mean norm")).column(Column::number("norm at the last token"));
    for s in &found.sites {
        let mean = s.norms.iter().sum::<f64>() / s.norms.len().max(1) as f64;
        let last = s.norms.last().copied().unwrap_or(f64::NAN);
        let shape = Cell::Text(format!("{:?}", s.shape));
        table = table.row([Cell::Code(s.site.to_string()), shape, mean.into(), last.into()]);
    }
    table
}

/// Norms of the sites that have a vector at each token.
fn norms(found: &Inspection, names: &[String], first: usize) -> Result<Option<HeatMap>, DrawError> {
    let fit: Vec<_> = found.sites.iter().filter(|s| s.norms.len() == names.len()).collect();
    if fit.is_empty() {
        return Ok(None);
    }
    let relative = |s: &&symbolon_lm::Recorded| {
        let most = s.norms.iter().copied().fold(0.0, f64::max);
        s.norms[first..].iter().map(move |n| if most > 0.0 { n / most } else { 0.0 }).collect::<Vec<_>>()
    };
    let values: Vec<f64> = fit.iter().flat_map(relative).collect();
    let map = HeatMap::new("Norms", fit.len(), names.len() - first, &values)?;
    let map = map.rows("site", fit.iter().map(|s| short(&s.site)).collect::<Vec<_>>());
    Ok(Some(map.columns("token", names[first..].to_vec()).range(0.0, 1.0).measure("share of the largest").stretched()))
}
