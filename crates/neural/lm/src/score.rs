//! How likely options are behind a prompt: the prompt is run once, what options share is run once, and logits are computed
//! only where an option's tokens are looked up.

use crate::error::{Error, Result};
use crate::local::{Local, batch, log_probability};
use crate::model::{Prompt, Score};
use std::ops::Range;
use symbolon_net::Trace;
use symbolon_net::pretrained::{Cache, Pass};
use symbolon_tensor::{Tensor, no_grad};

/// Positions that are run in one pass: what it takes is bounded by this.
const AT_ONCE: usize = 512;
/// Rows of logits that are in memory at once.
const ROWS: usize = 128;

/// The log-probability of each option as a continuation of the prompt.
pub(crate) fn score(model: &Local, prompt: &Prompt, options: &[&str]) -> Result<Vec<Score>> {
    model.writes()?;
    let context = model.network.config.context;
    let start = model.tokens(prompt)?;
    let whole = |option: &&str| -> Result<Vec<u32>> {
        // Tokens may reach over the seam, so text is cut into tokens as a whole.
        let ids = match prompt {
            Prompt::Text(text) => model.tokens(&Prompt::Text(format!("{text}{option}")))?,
            Prompt::Chat(_) => [start.clone(), model.tokenizer.encode(option)?].concat(),
        };
        match ids.len() {
            n if n > context => {
                Err(Error::Text(format!("prompt and option have {n} tokens, the context is {context}")))
            }
            _ if option.is_empty() => Err(Error::Text("an option is empty".into())),
            _ => Ok(ids),
        }
    };
    let all = options.iter().map(whole).collect::<Result<Vec<_>>>()?;
    let shared = all.iter().map(|ids| ids.iter().zip(&start).take_while(|(a, b)| a == b).count()).min();
    let Some(shared) = shared else { return Ok(Vec::new()) };
    if shared == 0 {
        return Err(Error::Text(
            "prompt and options have no token in common to begin with; begin the prompt with some text".into(),
        ));
    }
    // What has to be run behind the shared beginning: the last token of an option is only looked up.
    let runs: Vec<&[u32]> = all.iter().map(|ids| &ids[shared - 1..ids.len() - 1]).collect();
    let kept = without_beginnings(&runs);
    no_grad(|| {
        let mut prefix = Cache::new();
        let layers = Some(model.network.config.layers);
        if shared > 1 {
            let pass = Pass { cache: Some(&mut prefix), until: layers, ..Pass::default() };
            model.network.run(&[batch(&[&start[..shared - 1]])?], pass, &mut Trace::none())?;
        }
        let mut scores: Vec<Score> = runs.iter().map(|r| Score { log_probability: 0.0, tokens: r.len() }).collect();
        let longest = kept.iter().map(|k| k.len()).max().unwrap_or(0);
        let many = (AT_ONCE / longest.max(1)).max(1);
        for first in (0..kept.len()).step_by(many) {
            let these = first..kept.len().min(first + many);
            let some = &kept[these.clone()];
            if some[0].is_empty() {
                continue;
            }
            let mut cache = if prefix.is_empty() { Cache::new() } else { prefix.repeat(some.len()) };
            let pass = Pass { cache: Some(&mut cache), until: layers, ..Pass::default() };
            let stream = model.network.run(&[batch(some)?], pass, &mut Trace::none())?;
            let rows: Vec<Tensor> = some.iter().enumerate().map(|(i, k)| stream.get((i, ..k.len()))).collect();
            let rows = Tensor::cat(&rows.iter().collect::<Vec<_>>(), 0);
            let wanted = lookups(&kept, these, &runs, &all, shared);
            for from in (0..rows.size(0)).step_by(ROWS) {
                let to = rows.size(0).min(from + ROWS);
                let logits = model.network.lens(&rows.narrow(0, from..to))?;
                let (width, logits) = (logits.size(-1), logits.to_vec::<f32>());
                for &(row, option, token) in wanted.iter().filter(|w| (from..to).contains(&w.0)) {
                    let logits = &logits[(row - from) * width..(row - from + 1) * width];
                    scores[option].log_probability += log_probability(logits, token);
                }
            }
        }
        Ok(scores)
    })
}

/// The lists that are not the beginning of another one; of equal ones, one.
fn without_beginnings<'a>(lists: &[&'a [u32]]) -> Vec<&'a [u32]> {
    let mut sorted = lists.to_vec();
    sorted.sort_unstable();
    let mut kept: Vec<&[u32]> = Vec::new();
    for list in sorted.into_iter().rev() {
        // In order, what a list begins stands right behind it.
        if !kept.last().is_some_and(|k| k.starts_with(list)) {
            kept.push(list);
        }
    }
    kept
}

/// For each token of each option that these of the runs hold: the row of its logits, the option, the token.
fn lookups(
    kept: &[&[u32]],
    these: Range<usize>,
    runs: &[&[u32]],
    all: &[Vec<u32>],
    shared: usize,
) -> Vec<(usize, usize, u32)> {
    let mut out = Vec::new();
    let mut first = 0;
    for i in these {
        for (option, run) in runs.iter().enumerate() {
            // An option is looked up in the first of all runs that holds it, whichever pass that one belongs to.
            if kept[i].starts_with(run) && !kept[..i].iter().any(|k| k.starts_with(run)) {
                out.extend((0..run.len()).map(|j| (first + j, option, all[option][shared + j])));
            }
        }
        first += kept[i].len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_run_with_what_they_begin() {
        let lists: [&[u32]; 6] = [&[1, 2], &[1], &[3], &[1, 2, 9], &[3], &[1, 3]];
        let kept = without_beginnings(&lists);
        assert_eq!(kept, [&[3][..], &[1, 3], &[1, 2, 9]]);
        for list in lists {
            assert!(kept.iter().any(|k| k.starts_with(list)), "{list:?}");
        }
        assert_eq!(without_beginnings(&[&[], &[]]), [&[] as &[u32]]);
    }

    #[test]
    fn every_token_is_looked_up_once() {
        let all: Vec<Vec<u32>> = [&[7, 1, 2][..], &[7, 1, 3], &[7, 1], &[7, 4]].map(<[u32]>::to_vec).to_vec();
        let runs: Vec<&[u32]> = all.iter().map(|ids| &ids[..ids.len() - 1]).collect();
        let kept = without_beginnings(&runs);
        let mut found = lookups(&kept, 0..kept.len(), &runs, &all, 1);
        found.sort_unstable_by_key(|w| (w.1, w.0));
        assert_eq!(found, [(0, 0, 1), (1, 0, 2), (0, 1, 1), (1, 1, 3), (0, 2, 1), (0, 3, 4)]);
        // Also when the runs are shared out among passes.
        for many in 1..=kept.len() {
            let passes = (0..kept.len()).step_by(many);
            let each = passes.flat_map(|at| lookups(&kept, at..kept.len().min(at + many), &runs, &all, 1));
            let mut each: Vec<_> = each.map(|w| (w.1, w.2)).collect();
            each.sort_unstable();
            assert_eq!(each, [(0, 1), (0, 2), (1, 1), (1, 3), (2, 1), (3, 4)], "{many}");
        }
    }
}
