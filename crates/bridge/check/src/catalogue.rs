//! The catalogue: what each method of the house is, as facts that the logic engine can be asked about.
//!
//! A method's crate keeps its [`Card`] beside the code; [`Catalogue::new`] gathers cards and refuses those that do not fit
//! the vocabulary; [`Catalogue::facts`] writes them as a theory, so that
//! `card(M), family(M, rule), guarantee(M, exact)` is a query like any other.
//!
//! ```
//! use symbolon_check::catalogue::Catalogue;
//! use symbolon_symbol::card::{Card, Family, Form, Scope, Stage};
//! const INTERCHANGE: Card = Card {
//!     method: "interchange",
//!     summary: "what a network would have said, had a symbol had the value of another run",
//!     home: "symbolon_check::interchange",
//!     families: &[Family::Causal],
//!     forms: &[Form::Counterfactual],
//!     scope: Scope::Both,
//!     stage: Stage::PostHoc,
//!     works_on: &["vectors", "images", "text"],
//!     guarantees: &["interventional"],
//!     limits: &["needs paired inputs"],
//!     row: 132,
//!     study: "boundless-das",
//! };
//! let catalogue = Catalogue::new([INTERCHANGE])?;
//! assert!(catalogue.facts().contains("family(interchange, causal)."));
//! # Ok::<(), symbolon_check::Error>(())
//! ```

use std::fmt::Write;

use symbolon_symbol::card::Card;
use symbolon_symbol::facts::quoted;

use crate::error::{Error, Result, nearest};

/// Cards that were checked, in the order of their names.
#[derive(Clone, Debug)]
pub struct Catalogue {
    cards: Vec<Card>,
}

impl Catalogue {
    /// Gathers cards.
    ///
    /// # Errors
    /// [`Error::Card`] for names that are no atoms or given twice, and cards without family, form or summary.
    pub fn new(cards: impl IntoIterator<Item = Card>) -> Result<Self> {
        let mut cards: Vec<Card> = cards.into_iter().collect();
        cards.sort_by_key(|c| c.method);
        for (i, card) in cards.iter().enumerate() {
            let bad = |problem: String| Err(Error::Card { method: card.method.to_owned(), problem });
            let words = [card.method].into_iter().chain(card.works_on.iter().chain(card.guarantees).copied());
            if let Some(word) = words.into_iter().find(|w| !is_atom(w)) {
                return bad(format!("`{word}` is no atom: write lower-case letters, digits and `_`, a letter first"));
            }
            if card.families.is_empty() || card.forms.is_empty() || card.summary.is_empty() || card.study.is_empty() {
                return bad("it needs a family, a form, a summary and a study".into());
            }
            if i > 0 && cards[i - 1].method == card.method {
                return bad("two methods have this name".into());
            }
        }
        Ok(Self { cards })
    }

    /// The cards, in the order of their names.
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// The card of a method.
    ///
    /// # Errors
    /// [`Error::Card`] with the nearest names.
    pub fn card(&self, method: &str) -> Result<&Card> {
        self.cards.iter().find(|c| c.method == method).ok_or_else(|| {
            let near = nearest(method, self.cards.iter().map(|c| c.method));
            let problem = match near.is_empty() {
                true => "there is no such method".to_owned(),
                false => format!("there is no such method; nearest are {}", near.join(", ")),
            };
            Error::Card { method: method.to_owned(), problem }
        })
    }

    /// The cards as a theory: `card(M)`, `summary(M, Text)`, `home(M, Path)`, `family(M, F)`, `form(M, F)`, `scope(M, S)`,
    /// `stage(M, S)`, `works_on(M, Kind)`, `guarantee(M, G)`, `limit(M, Text)`, `row(M, N)`, `study(M, Slug)`. A relation of
    /// which no method has a fact is declared by a rule that never holds, so that asking about it answers no.
    pub fn facts(&self) -> String {
        let mut text = String::new();
        let mut relation = |name: &str, of: &dyn Fn(&Card) -> Vec<String>| {
            let before = text.len();
            for card in &self.cards {
                for value in of(card) {
                    let _ = writeln!(text, "{name}({}, {value}).", card.method);
                }
            }
            if text.len() == before {
                let _ = writeln!(text, "{name}(_, _) :- fail.");
            }
        };
        relation("summary", &|c| vec![quoted(c.summary)]);
        relation("home", &|c| vec![quoted(c.home)]);
        relation("family", &|c| c.families.iter().map(|f| f.atom().to_owned()).collect());
        relation("form", &|c| c.forms.iter().map(|f| f.atom().to_owned()).collect());
        relation("scope", &|c| vec![c.scope.atom().to_owned()]);
        relation("stage", &|c| vec![c.stage.atom().to_owned()]);
        relation("works_on", &|c| c.works_on.iter().map(|w| (*w).to_owned()).collect());
        relation("guarantee", &|c| c.guarantees.iter().map(|g| (*g).to_owned()).collect());
        relation("limit", &|c| c.limits.iter().map(|l| quoted(l)).collect());
        relation("row", &|c| vec![c.row.to_string()]);
        relation("study", &|c| vec![quoted(c.study)]);
        match self.cards.is_empty() {
            true => text + "card(_) :- fail.\n",
            false => self.cards.iter().map(|c| format!("card({}).\n", c.method)).collect::<String>() + &text,
        }
    }
}

fn is_atom(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(plain)
}
