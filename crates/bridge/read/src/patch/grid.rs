//! What to scan: lists of parts with their places in a picture.

use symbolon_check::Part;
use symbolon_net::{Network, Pattern, Select, SiteInfo};

use super::Patching;
use crate::error::{Error, Result};

/// Parts in rows (sites) and columns (heads or positions).
#[derive(Clone, Debug)]
pub struct Grid {
    /// The site of each row.
    pub rows: Vec<String>,
    /// How many columns there are.
    pub columns: usize,
    /// The parts, row after row.
    pub parts: Vec<Part>,
}

/// A part's effect and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The site.
    pub site: String,
    /// Head or position.
    pub column: usize,
    /// The share of the difference that comes back.
    pub effect: f64,
}

impl Grid {
    /// Each head of the sites that match, such as `blocks.*.attn.z`.
    ///
    /// # Errors
    /// [`Error::Net`] for a pattern that matches nothing; [`Error::Setting`] when a site has no heads or sites differ in how many.
    pub fn heads(network: &dyn Network, pattern: &str) -> Result<Self> {
        let rows = matching(network, pattern)?;
        let counts: Vec<Option<usize>> = rows.iter().map(SiteInfo::heads).collect();
        match counts[0] {
            Some(n) if counts.iter().all(|c| *c == Some(n)) => Self::of(rows, n, |i| Select::heads([i])),
            _ => {
                let problem = format!("sites that match `{pattern}` have {counts:?} heads");
                Err(Error::Setting { what: "scan of heads", problem })
            }
        }
    }
    /// Each of the first `positions` positions of the sites that match, such as `blocks.*.resid_pre`.
    ///
    /// # Errors
    /// [`Error::Net`] for a pattern that matches nothing; [`Error::Setting`] for no positions.
    pub fn positions(network: &dyn Network, pattern: &str, positions: usize) -> Result<Self> {
        match positions {
            0 => Err(Error::Setting { what: "scan of positions", problem: "there are none".into() }),
            n => Self::of(matching(network, pattern)?, n, |i| Select::positions([i])),
        }
    }
    /// The sites that match as wholes.
    ///
    /// # Errors
    /// [`Error::Net`] for a pattern that matches nothing.
    pub fn sites(network: &dyn Network, pattern: &str) -> Result<Self> {
        Self::of(matching(network, pattern)?, 1, |_| Select::all())
    }
    fn of(rows: Vec<SiteInfo>, columns: usize, select: impl Fn(usize) -> Select) -> Result<Self> {
        let rows: Vec<String> = rows.into_iter().map(|s| s.site.name().to_owned()).collect();
        let mut parts = Vec::new();
        for site in &rows {
            for i in 0..columns {
                parts.push(Part::of(site, select(i))?);
            }
        }
        Ok(Self { rows, columns, parts })
    }
    /// Effects at their places, the largest first (by absolute value; of equal ones the earlier part).
    pub fn cells(&self, effects: &[f64]) -> Vec<Cell> {
        let of = |(i, effect): (usize, &f64)| Cell {
            site: self.rows[i / self.columns].clone(),
            column: i % self.columns,
            effect: *effect,
        };
        let mut cells: Vec<Cell> = effects.iter().take(self.parts.len()).enumerate().map(of).collect();
        cells.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
        cells
    }
}

fn matching(network: &dyn Network, pattern: &str) -> Result<Vec<SiteInfo>> {
    let wanted: Pattern = pattern.parse()?;
    let sites = network.sites();
    let rows: Vec<SiteInfo> = sites.iter().filter(|s| wanted.matches(&s.site)).cloned().collect();
    match rows.is_empty() {
        true => {
            Err(symbolon_net::Error::UnknownSite { pattern: pattern.to_owned(), nearest: wanted.nearest(&sites) }
                .into())
        }
        false => Ok(rows),
    }
}

impl Patching<'_> {
    /// The effects of all parts of a grid, exactly, the largest first.
    ///
    /// # Errors
    /// As [`Patching::activation`].
    pub fn scan(&self, grid: &Grid) -> Result<Vec<Cell>> {
        Ok(grid.cells(&self.activation(&grid.parts)?))
    }
}
