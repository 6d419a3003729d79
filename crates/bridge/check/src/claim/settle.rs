//! From evidence to verdicts, for a whole family at once.

use super::{Claim, Control, ControlFinding, Evidence, Finding, Holds, Number, Role, Verdict, Why};
use crate::error::Result;
use crate::stats::Estimate;

/// The findings of claims with their evidence, or the reason why there is none.
pub(super) fn settle(all: &[(&Claim, std::result::Result<Evidence, String>)]) -> Result<Vec<Finding>> {
    let mut findings: Vec<Option<Finding>> = all.iter().map(|_| None).collect();
    for (i, (claim, _)) in all.iter().enumerate() {
        if findings[i].is_some() {
            continue;
        }
        // Claims that were not measured ask no question of the data, so they cost the others nothing.
        let family: Vec<(usize, &Claim, &Evidence)> = (all.iter().enumerate())
            .filter(|(_, (c, _))| c.family == claim.family)
            .filter_map(|(j, (c, e))| Some((j, *c, e.as_ref().ok()?)))
            .collect();
        let raw: Vec<[f64; 2]> = family.iter().map(|(_, c, e)| toward(c, e)).collect();
        let p: Vec<f64> = raw.iter().map(|[yes, no]| yes.min(*no)).collect();
        let adjusted = claim.correction.adjust(&p)?;
        for (k, (j, claim, evidence)) in family.into_iter().enumerate() {
            findings[j] = Some(decide(claim, evidence, raw[k], adjusted[k]));
        }
        if let Err(reason) = &all[i].1 {
            findings[i] = Some(Finding {
                digest: claim.digest(),
                verdict: Verdict::Inconclusive(Why::NotMeasured(reason.clone())),
                number: None,
                p: None,
                controls: Vec::new(),
                exploratory: Vec::new(),
                strength: claim.strength(),
                claim: (*claim).clone(),
            });
        }
    }
    Ok(findings.into_iter().flatten().collect())
}

/// The p-values of deciding for the claim and against it. Each is a one-sided test; only one of them can be wrong, so a
/// claim spends its `alpha` once.
fn toward(claim: &Claim, evidence: &Evidence) -> [f64; 2] {
    let inside = evidence.estimate.p_inside(&claim.predicts).max(evidence.chance.unwrap_or(0.0));
    [inside, evidence.estimate.p_outside(&claim.predicts)]
}

fn decide(claim: &Claim, evidence: &Evidence, [yes, no]: [f64; 2], adjusted: f64) -> Finding {
    let p = yes.min(no);
    // The share of alpha that the correction leaves for this claim: its interval decides exactly when the adjusted p-value
    // does, because p <= share is the same as adjusted <= alpha.
    let share = if p > 0.0 { claim.alpha * p / adjusted } else { claim.alpha };
    let controls: Vec<ControlFinding> = (claim.controls.iter())
        .filter_map(|control| {
            let (_, estimate) = evidence.controls.iter().find(|(name, _)| *name == control.name)?;
            Some(checked(control, estimate, claim.alpha))
        })
        .collect();
    let failing = |role: Role| {
        let of = claim.controls.iter().zip(&controls);
        of.filter(|(c, f)| c.role == role && f.holds != Holds::Yes).map(|(_, f)| f.name.clone()).next()
    };
    let control = |name| Verdict::Inconclusive(Why::Control { name });
    let verdict = if !claim.can_fail() {
        Verdict::Inconclusive(Why::CannotFail)
    } else if let Some(name) = failing(Role::Positive) {
        control(name)
    } else if adjusted <= claim.alpha && no < yes {
        Verdict::Refuted
    } else if adjusted <= claim.alpha {
        failing(Role::Negative).map_or(Verdict::Supported, control)
    } else if evidence.chance.is_some_and(|chance| chance > claim.alpha)
        && evidence.estimate.p_inside(&claim.predicts) <= claim.alpha
    {
        Verdict::Inconclusive(Why::Chance)
    } else {
        let needed = evidence.estimate.needed(&claim.predicts, 1.0 - 2.0 * share.min(0.49));
        Verdict::Inconclusive(Why::TooWide { needed })
    };
    Finding {
        digest: claim.digest(),
        verdict,
        number: Some(number(&evidence.estimate, share)),
        p: Some([p, adjusted]),
        controls,
        exploratory: Vec::new(),
        strength: claim.strength(),
        claim: claim.clone(),
    }
}

fn checked(control: &Control, estimate: &Estimate, alpha: f64) -> ControlFinding {
    let interval = estimate.interval(1.0 - 2.0 * alpha.min(0.49));
    let holds = match (control.expects.covers(interval), control.expects.misses(interval)) {
        (true, _) => Holds::Yes,
        (_, true) => Holds::No,
        _ => Holds::Unclear,
    };
    ControlFinding { name: control.name.clone(), number: number(estimate, alpha), holds }
}

fn number(estimate: &Estimate, alpha: f64) -> Number {
    let level = 1.0 - 2.0 * alpha.clamp(1e-12, 0.49);
    let interval = estimate.interval(level).map(|end| Some(end).filter(|e| e.is_finite()));
    Number { value: estimate.value, interval, level, n: estimate.n }
}
