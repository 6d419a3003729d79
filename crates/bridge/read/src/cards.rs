//! The cards of this crate's methods.

use symbolon_symbol::card::Card;

/// The cards of this crate's methods, for the catalogue.
pub const CARDS: &[Card] = &[];
