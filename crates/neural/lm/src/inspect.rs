//! Looking into one pass: which sites there are, how large their vectors get, what each layer would say (the logit lens),
//! where attention looks; all of it after edits, if there are some.

use crate::error::Result;
use crate::local::{Local, batch};
use crate::model::Prompt;
use serde::Serialize;
use symbolon_net::pretrained::Pass;
use symbolon_net::{Activation, Axis, Edit, Network, Pattern, Role, Site, Trace};
use symbolon_tensor::{Tensor, no_grad};

/// What is looked at.
#[derive(Clone, Debug, Default)]
pub struct Inspect {
    /// Patterns of sites whose activations are measured and kept.
    pub record: Vec<String>,
    /// Edits, in order: a pattern of sites and what is done there.
    pub edits: Vec<(String, Edit)>,
    /// So many of the likeliest next tokens, for the model's answer and for the lens.
    pub top: usize,
    /// Whether the residual stream of every layer is read as tokens (logit lens, nostalgebraist 2020).
    pub lens: bool,
}

/// A token and how likely it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Guess {
    /// Its number.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// Its probability.
    pub probability: f64,
}

/// What a layer would say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LensLayer {
    /// Where the stream is read.
    pub site: Site,
    /// For each position the likeliest tokens, likeliest first.
    pub guesses: Vec<Vec<Guess>>,
}

/// A recorded site.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// Its name.
    pub site: Site,
    /// What its axes are.
    pub axes: Vec<Axis>,
    /// How long they are.
    pub shape: Vec<usize>,
    /// The Euclidean norm at each position, over heads and units together.
    pub norms: Vec<f64>,
    /// The numbers.
    #[serde(skip)]
    pub activation: Activation,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// The prompt's tokens: number and text.
    pub tokens: Vec<(u32, String)>,
    /// What was recorded, in the order of the pass.
    pub sites: Vec<Recorded>,
    /// What each layer would say, from the first; empty unless asked for.
    pub lens: Vec<LensLayer>,
    /// What the model says next at each position.
    pub next: Vec<Vec<Guess>>,
}

impl Inspection {
    /// The recorded attention patterns, one square `[query, key]` for each head.
    pub fn patterns(&self) -> impl Iterator<Item = (Site, Tensor)> + '_ {
        let squares = self.sites.iter().filter(|s| s.axes.contains(&Axis::Query));
        squares.flat_map(|s| {
            let x = s.activation.tensor();
            let first = s.site.head();
            (0..x.size(1)).map(move |h| (s.site.with_head(first.unwrap_or(h)), x.get((0, h))))
        })
    }
}

/// Runs a prompt and says what goes on inside.
///
/// # Errors
/// Before any work: sites that are not there (with the nearest names), edits that do not fit; a lens asked of a model
/// that writes no text; a prompt that is empty or too long.
pub fn inspect(model: &Local, prompt: &Prompt, what: &Inspect) -> Result<Inspection> {
    let ids = model.tokens(prompt)?;
    let sites = model.network.sites();
    let mut trace = what.edits.iter().fold(Trace::new(), |t, (site, edit)| t.edit(site, edit.clone()));
    trace = what.record.iter().fold(trace, |t, site| t.record(site));
    trace.check(&sites)?;
    let streams: Vec<Site> = match what.lens {
        true => sites.iter().map(|s| &s.site).filter(|s| is_stream(s)).cloned().collect(),
        false => Vec::new(),
    };
    trace = streams.iter().fold(trace, |t, site| t.record(site));
    let writes = model.writes();
    if what.lens {
        model.writes()?;
    }
    let input = batch(&[&ids])?;
    no_grad(|| {
        let logits = model.network.run(&[input], Pass::default(), &mut trace)?;
        let guess = |logits: &Tensor| guesses(model, logits, what.top);
        let next = if writes.is_ok() { guess(&logits)? } else { Vec::new() };
        let mut lens = Vec::with_capacity(streams.len());
        for site in &streams {
            if let Some(stream) = trace.get(site) {
                let guesses = guess(&model.network.lens(stream.tensor())?)?;
                lens.push(LensLayer { site: site.clone(), guesses });
            }
        }
        let asked: Vec<Pattern> = what.record.iter().map(|p| Pattern::new(p)).collect::<symbolon_net::Result<_>>()?;
        let kept = trace.recorded().filter(|(site, _)| asked.iter().any(|p| p.matches(site)));
        let sites = kept.map(|(site, x)| Recorded {
            site: site.clone(),
            axes: x.axes().to_vec(),
            shape: x.shape().to_vec(),
            norms: norms(x),
            activation: x.clone(),
        });
        let sites = sites.collect();
        let tokens = ids.iter().map(|&id| (id, model.tokenizer.show(id))).collect();
        Ok(Inspection { tokens, sites, lens, next })
    })
}

/// Where the residual stream stands between blocks.
fn is_stream(site: &Site) -> bool {
    site.name() == "embed" || site.part() == "resid_post"
}

/// The Euclidean norm at each position.
fn norms(x: &Activation) -> Vec<f64> {
    let rows = x.rows().square().sum_axis(-1, false).to_vec::<f64>();
    let mut sums = vec![0.0; x.size(Role::Position)];
    for (i, v) in rows.into_iter().enumerate() {
        if let Some(sum) = x.provenance(i).position.and_then(|p| sums.get_mut(p)) {
            *sum += v;
        }
    }
    sums.into_iter().map(f64::sqrt).collect()
}

/// The likeliest tokens at each position, from logits `[1, position, vocabulary]`.
fn guesses(model: &Local, logits: &Tensor, top: usize) -> Result<Vec<Vec<Guess>>> {
    let vocabulary = logits.size(-1);
    let k = top.min(vocabulary);
    if k == 0 {
        return Ok(Vec::new());
    }
    let (values, indices) = logits.softmax(-1).topk(k, -1);
    let (values, indices) = (values.to_vec::<f64>(), indices.to_vec::<i64>());
    let one = |(&p, &i): (&f64, &i64)| Guess { id: i as u32, text: model.tokenizer.show(i as u32), probability: p };
    let row = |(v, i): (&[f64], &[i64])| v.iter().zip(i).map(one).collect();
    Ok(values.chunks_exact(k).zip(indices.chunks_exact(k)).map(row).collect())
}
