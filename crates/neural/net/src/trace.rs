//! What one pass records, edits and differentiates.
//!
//! A network calls [`Trace::at`] once at each site. With [`Trace::none`] that is one comparison; otherwise every
//! request whose pattern matches is served in the order in which the requests were made: edits change the activation,
//! then what leaves the site is recorded and marked for gradients.

use crate::activation::{Activation, Axis};
use crate::edit::Edit;
use crate::error::{Error, Result};
use crate::pattern::Pattern;
use crate::select::Select;
use crate::site::{Site, SiteInfo};
use std::collections::HashMap;
use std::fmt::{Display, Write};
use symbolon_tensor::{Create, Rng, Tensor, grad};

/// Requests before a pass, answers after it.
///
/// ```
/// # use symbolon_net::{Axis, Edit, Trace, Result};
/// # use symbolon_tensor::Tensor;
/// # fn forward(x: &Tensor, trace: &mut Trace) -> Result<Tensor> {
/// #     let h = trace.at("fc1", &[Axis::Batch, Axis::Unit], x.relu())?;
/// #     trace.at("logits", &[Axis::Batch, Axis::Unit], h * 2.0)
/// # }
/// # let x = Tensor::from([[1.0f64, -1.0, 3.0]]);
/// let mut trace = Trace::new().record("logits").edit("fc1", Edit::Scale(10.0)).grad("fc1");
/// let y = forward(&x, &mut trace)?;
/// assert_eq!(y.to_vec::<f64>(), [20.0, 0.0, 60.0]);
/// let gradients = trace.gradients(&y.sum())?;
/// assert_eq!(gradients[0].0.name(), "fc1");
/// assert_eq!(gradients[0].1.tensor().to_vec::<f64>(), [2.0, 2.0, 2.0]);
/// # Ok::<(), symbolon_net::Error>(())
/// ```
#[derive(Default)]
pub struct Trace {
    asks: Vec<Ask>,
    /// The first pattern that was none, reported at the first occasion.
    bad: Option<(String, String)>,
    held: Vec<Held>,
    places: HashMap<Site, usize>,
    name: String,
    noise: Option<Rng>,
}

struct Ask {
    pattern: Pattern,
    what: What,
    matched: bool,
}

enum What {
    Record,
    Edit(Box<Edit>),
    Grad,
}

/// What is kept of a site.
struct Held {
    site: Site,
    activation: Activation,
    /// The whole site's node, where gradients were asked for.
    node: Option<Tensor>,
}

/// Requests.
impl Trace {
    /// Nobody listens: passes cost nothing extra.
    pub fn none() -> Self {
        Self::default()
    }
    /// A trace to which requests are added.
    pub fn new() -> Self {
        Self::default()
    }
    fn ask<P: TryInto<Pattern, Error: Into<Error>>>(mut self, pattern: P, what: What) -> Self {
        match pattern.try_into().map_err(Into::into) {
            Ok(pattern) => self.asks.push(Ask { pattern, what, matched: false }),
            Err(Error::Pattern { text, problem }) => drop(self.bad.get_or_insert((text, problem))),
            Err(other) => drop(self.bad.get_or_insert((String::new(), other.to_string()))),
        }
        self
    }
    /// Keeps the activations of all sites that match. They keep their history, if they have one: run under
    /// [`no_grad`](symbolon_tensor::no_grad) or [`detach`](Activation::detach) them where only the numbers matter.
    ///
    /// A pattern that cannot be read is reported by [`check`](Trace::check) and by the pass.
    pub fn record<P: TryInto<Pattern, Error: Into<Error>>>(self, pattern: P) -> Self {
        self.ask(pattern, What::Record)
    }
    /// Edits the activations of all sites that match, after the edits that were asked for before.
    pub fn edit<P: TryInto<Pattern, Error: Into<Error>>>(self, pattern: P, edit: Edit) -> Self {
        self.ask(pattern, What::Edit(Box::new(edit)))
    }
    /// Makes the activations of all sites that match places to which [`gradients`](Trace::gradients) reach, and keeps
    /// them.
    pub fn grad<P: TryInto<Pattern, Error: Into<Error>>>(self, pattern: P) -> Self {
        self.ask(pattern, What::Grad)
    }
    /// Makes this a training pass: layers with noise of their own (dropout) draw it from here. Without it they are
    /// silent.
    pub fn with_noise(mut self, rng: Rng) -> Self {
        self.noise = Some(rng);
        self
    }
    /// Refuses, before any work, what cannot go well on a network with these sites: patterns that match nothing (with
    /// the nearest names), heads and units that do not exist, edits that do not fit.
    ///
    /// # Errors
    /// [`Error::Pattern`], [`Error::UnknownSite`], [`Error::Selection`] or [`Error::Shape`].
    pub fn check(&self, sites: &[SiteInfo]) -> Result<()> {
        self.readable()?;
        for ask in &self.asks {
            let mut found = sites.iter().filter(|s| ask.pattern.covers(s.site.name())).peekable();
            if found.peek().is_none() {
                let nearest = ask.pattern.nearest(sites);
                return Err(Error::UnknownSite { pattern: ask.pattern.to_string(), nearest });
            }
            for info in found {
                ask.check(info)?;
            }
        }
        Ok(())
    }
    fn readable(&self) -> Result<()> {
        match &self.bad {
            Some((text, problem)) => Err(Error::Pattern { text: text.clone(), problem: problem.clone() }),
            None => Ok(()),
        }
    }
}

impl Ask {
    fn check(&self, info: &SiteInfo) -> Result<()> {
        let at = |e| placed(e, &info.site);
        let has = |role| info.axes.iter().any(|a| a.role() == role);
        let select = self.pattern.head().map_or_else(Select::all, |h| Select::heads([h]));
        select.check(|r| info.size(r), has).map_err(at)?;
        let What::Edit(edit) = &self.what else { return Ok(()) };
        let (mut edit, mut select) = (&**edit, select);
        while let Edit::At(inner, of) = edit {
            (edit, select) = (of, select.and(inner.clone()));
        }
        select.check(|r| info.size(r), has).map_err(at)?;
        if !select.is_all() {
            return Ok(()); // The part's shape is known during the pass.
        }
        edit.check(&info.sizes, info.width()).map_err(|misfit| Error::Shape {
            site: info.site.to_string(),
            what: misfit.what.to_owned(),
            // Zero stands for what the input decides.
            expected: info.sizes.iter().map(|n| n.unwrap_or(0)).collect(),
            found: misfit.found,
        })
    }
}

/// During a pass: what networks call.
impl Trace {
    /// The one line a network writes at each site: what goes in is the activation, what comes out is what the network
    /// goes on with.
    ///
    /// Give names that must be put together as `format_args!("blocks.{l}.mlp.out")`: nothing is put together when
    /// nobody listens. A site that is passed twice keeps the later activation.
    ///
    /// # Errors
    /// Errors of edits and of unreadable patterns; [`Error::Selection`] when the axes do not fit the tensor.
    #[inline]
    pub fn at(&mut self, name: impl Display, axes: &[Axis], x: Tensor) -> Result<Tensor> {
        match self.is_idle() {
            true => Ok(x),
            false => self.listen(format_args!("{name}"), axes, x),
        }
    }
    /// Whether nobody listens anywhere.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.asks.is_empty() && self.bad.is_none()
    }
    /// Whether somebody listens at a site: for what a network would not compute otherwise, such as attention patterns.
    pub fn wants(&mut self, name: impl Display) -> bool {
        !self.is_idle() && {
            self.name.clear();
            // Writing to a string does not fail.
            let _ = write!(self.name, "{name}");
            self.asks.iter().any(|a| a.pattern.covers(&self.name))
        }
    }
    /// The source of noise of a training pass.
    pub fn noise(&mut self) -> Option<&mut Rng> {
        self.noise.as_mut()
    }
    #[cold]
    fn listen(&mut self, name: std::fmt::Arguments, axes: &[Axis], x: Tensor) -> Result<Tensor> {
        self.readable()?;
        if !self.wants(name) {
            return Ok(x);
        }
        let site = Site::new(&self.name)?;
        let mut now = Activation::new(x, axes).map_err(|e| placed(e, &site))?;
        let mut keep: Vec<(Option<usize>, bool)> = Vec::new();
        for ask in self.asks.iter_mut().filter(|a| a.pattern.covers(site.name())) {
            ask.matched = true;
            let head = ask.pattern.head();
            match &ask.what {
                What::Edit(edit) => {
                    let edited = match head {
                        Some(h) => edit.clone().at(Select::heads([h])).apply(&now),
                        None => edit.apply(&now),
                    };
                    now = edited.map_err(|e| placed(e, &site))?;
                }
                What::Record => keep.push((head, false)),
                What::Grad => keep.push((head, true)),
            }
        }
        if keep.iter().any(|(_, grad)| *grad) {
            let name = site.name();
            let node = match now.tensor().is_recorded() {
                true => now.tensor().named(name),
                false => now.tensor().variable_named(name),
            };
            now = now.with_tensor(node)?;
        }
        for (head, grad) in keep {
            let (site, part) = match head {
                Some(h) => (site.with_head(h), now.select(&Select::heads([h])).map_err(|e| placed(e, &site))?),
                None => (site.clone(), now.clone()),
            };
            self.hold(site, part, grad.then(|| now.tensor().clone()));
        }
        Ok(now.into_tensor())
    }
    fn hold(&mut self, site: Site, activation: Activation, node: Option<Tensor>) {
        match self.places.get(&site) {
            Some(&i) => {
                // Asked for twice in one pass, or passed again.
                let same = self.held[i].activation.tensor().shape() == activation.shape();
                let node = node.or_else(|| self.held[i].node.take().filter(|_| same));
                self.held[i] = Held { site, activation, node };
            }
            None => {
                self.places.insert(site.clone(), self.held.len());
                self.held.push(Held { site, activation, node });
            }
        }
    }
}

/// Answers.
impl Trace {
    /// What was kept of a site.
    pub fn get(&self, site: &Site) -> Option<&Activation> {
        self.places.get(site).map(|&i| &self.held[i].activation)
    }
    /// Everything that was kept, in the order of the pass.
    pub fn recorded(&self) -> impl Iterator<Item = (&Site, &Activation)> {
        self.held.iter().map(|h| (&h.site, &h.activation))
    }
    /// Gradients of a single number with respect to every site that was asked for, in one backward pass, in the order
    /// of the forward pass. Zeros where nothing flows. Works as often as wanted, under any
    /// [rules](symbolon_tensor::rules).
    ///
    /// # Errors
    /// [`Error::Gradient`] when `loss` is not one number, does not come from this pass, or was computed without
    /// recording.
    pub fn gradients(&self, loss: &Tensor) -> Result<Vec<(Site, Activation)>> {
        if loss.len() != 1 {
            return Err(Error::Gradient(format!("of shape {:?}: ask for those of one number", loss.shape())));
        }
        self.gradients_with(&[loss], &[&loss.ones_like()], Create::None)
    }
    /// As [`gradients`](Trace::gradients), for several outputs with cotangents of their shapes; recorded themselves
    /// with [`Create::Graph`].
    ///
    /// # Errors
    /// As [`gradients`](Trace::gradients).
    pub fn gradients_with(
        &self,
        outputs: &[&Tensor],
        cotangents: &[&Tensor],
        create: Create,
    ) -> Result<Vec<(Site, Activation)>> {
        let sites: Vec<(&Held, &Tensor)> = self.held.iter().filter_map(|h| Some((h, h.node.as_ref()?))).collect();
        if sites.is_empty() {
            return Err(Error::Gradient("no site was asked for in this pass; use `Trace::grad`".into()));
        }
        if let Some(y) = outputs.iter().find(|y| !y.is_recorded()) {
            let shape = y.shape();
            return Err(Error::Gradient(format!(
                "an output of shape {shape:?} was not recorded; was it under `no_grad`?"
            )));
        }
        for (y, c) in outputs.iter().zip(cotangents) {
            if y.shape() != c.shape() || y.dtype() != c.dtype() {
                let (a, b) = (c.shape(), y.shape());
                return Err(Error::Gradient(format!("a cotangent of shape {a:?} for an output of shape {b:?}")));
            }
        }
        // One head's node is the whole site's: ask once for each node.
        let mut nodes: Vec<&Tensor> = Vec::new();
        let mut of: HashMap<&str, usize> = HashMap::new();
        for (held, node) in &sites {
            of.entry(held.site.name()).or_insert_with(|| {
                nodes.push(node);
                nodes.len() - 1
            });
        }
        let found = grad(outputs, cotangents, &nodes, create);
        let one = |(held, node): &(&Held, &Tensor)| {
            let whole = found[of[held.site.name()]].clone().unwrap_or_else(|| node.zeros_like());
            let part = match held.site.head() {
                Some(h) => Activation::new(whole, held.activation.axes())?.select(&Select::heads([h]))?,
                None => held.activation.with_tensor(whole)?,
            };
            Ok((held.site.clone(), part))
        };
        sites.iter().map(one).collect()
    }
    /// Patterns of requests that met no site so far.
    pub fn unmatched(&self) -> Vec<&Pattern> {
        self.asks.iter().filter(|a| !a.matched).map(|a| &a.pattern).collect()
    }
    /// Forgets the answers and keeps the requests, for the next pass.
    pub fn clear(&mut self) {
        self.held.clear();
        self.places.clear();
        self.asks.iter_mut().for_each(|a| a.matched = false);
    }
}

/// The same error with the site's name in it.
fn placed(error: Error, site: &Site) -> Error {
    match error {
        Error::Shape { what, expected, found, .. } => Error::Shape { site: site.to_string(), what, expected, found },
        Error::Selection { problem, .. } => Error::Selection { site: site.to_string(), problem },
        other => other,
    }
}
