//! The k most probable proofs of a query.

use crate::budget::Budget;
use crate::circuit::Weights;
use crate::lineage::{Lineage, Lit};
use crate::semiring::{EvaluateError, Proof, TopK, over_lineage};

/// A proof and its probability.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedProof {
    /// Which choices must take which values.
    pub proof: Proof,
    /// The probability that they do.
    pub probability: f64,
}

/// The `k` most probable proofs of a literal, best first, and the probability that at least one of them holds: a lower bound
/// on the literal's own (exact when all proofs are among them).
///
/// Works bottom-up with `k` proofs kept at every atom, so with negation or mutually exclusive conditions a proof of the
/// query can be missed that is among its best; a larger `k` finds it.
pub fn best_proofs(
    lineage: &Lineage,
    query: Lit,
    k: usize,
    weights: &Weights,
    budget: &Budget,
) -> Result<(Vec<RankedProof>, f64), EvaluateError> {
    let semiring = TopK::new(k, weights.clone());
    let values = over_lineage(&semiring, lineage, &[query], weights, budget)?;
    let proofs = values.into_iter().next().unwrap_or_default();
    let together = semiring.probability(&proofs);
    let rank = |proof: Proof| RankedProof { probability: proof.probability(weights), proof };
    let mut ranked: Vec<RankedProof> = proofs.into_iter().map(rank).collect();
    ranked.sort_by(|a, b| b.probability.total_cmp(&a.probability).then_with(|| a.proof.cmp(&b.proof)));
    Ok((ranked, together))
}
