//! Reading vectors from contrasted pairs: linear artificial tomography (Zou et al. 2023, "Representation engineering").
//!
//! Each pair is the same stimulus with and without a concept. The concept's direction at a site is read off the differences. The
//! order within pairs must be random: with the concept always first, centring the differences erases the very direction that is
//! looked for ([`Pairs::in_order`] keeps that trap for tests).

use std::ops::Range;
use symbolon_check::Proportion;
use symbolon_net::Site;
use symbolon_symbol::Direction;
use symbolon_tensor::{DType, Rng, Tensor};

use super::{Examples, Probe};
use crate::error::{Error, Result};
use crate::rows::pick;

/// Rows `[pairs, units]` of two stimuli each, one of which shows the concept.
#[derive(Clone, Debug)]
pub struct Pairs {
    first: Tensor,
    second: Tensor,
    /// Whether the first shows the concept.
    shown_first: Vec<bool>,
}

/// How a direction is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reader {
    /// The first principal component of the centred differences; labels decide the sign only.
    Pca,
    /// The difference of the means with and without the concept.
    MeanDifference,
    /// The difference of the centres of two clusters; labels decide the sign only.
    KMeans,
    /// Weights of a logistic regression with this penalty.
    Logistic(f64),
    /// A random direction, drawn with this seed: the control.
    Random(u64),
}

/// A reading vector: how much of the concept is in a row.
#[derive(Clone, Debug)]
pub struct Concept {
    /// A unit vector `[units]`, in `f64`; the concept increases along it.
    pub vector: Tensor,
    /// The mean row of the training pairs, `[units]`.
    pub mean: Tensor,
}

impl Pairs {
    /// Rows with (`shown`) and without (`hidden`) the concept, `[pairs, units]` each, put into random order within each pair.
    ///
    /// # Errors
    /// [`Error::Setting`] when shapes differ, there are fewer than two pairs, or numbers are not finite.
    pub fn new(shown: &Tensor, hidden: &Tensor, rng: &mut Rng) -> Result<Self> {
        let mut pairs = Self::in_order(shown, hidden)?;
        let swap: Vec<bool> = (0..pairs.len()).map(|_| rng.below(2) == 1).collect();
        let both = Tensor::cat(&[&pairs.first, &pairs.second], 0);
        let n = pairs.len();
        let at = |other: bool| -> Vec<usize> { (0..n).map(|i| if swap[i] != other { n + i } else { i }).collect() };
        (pairs.first, pairs.second) = (pick(&both, &at(false)), pick(&both, &at(true)));
        pairs.shown_first = swap.into_iter().map(|s| !s).collect();
        Ok(pairs)
    }
    /// The same with the concept first in every pair: the trap that [`Pairs::new`] avoids.
    ///
    /// # Errors
    /// As [`Pairs::new`].
    pub fn in_order(shown: &Tensor, hidden: &Tensor) -> Result<Self> {
        let bad = |problem: String| Err(Error::Setting { what: "contrasted pairs", problem });
        if shown.rank() != 2 || shown.shape() != hidden.shape() || shown.size(0) < 2 {
            return bad(format!(
                "shapes {:?} and {:?}; give two or more pairs [pairs, units]",
                shown.shape(),
                hidden.shape()
            ));
        }
        if !(shown.abs().sum().item() + hidden.abs().sum().item()).is_finite() {
            return bad("some numbers are not finite".into());
        }
        let [first, second] = [shown, hidden].map(|x| x.detach().to(DType::F64));
        Ok(Self { first, second, shown_first: vec![true; shown.size(0)] })
    }
    /// The same `items` with and without the concept at each layer, `shown` and `hidden` `[layer][stimuli, units]`.
    ///
    /// # Errors
    /// As [`Pairs::new`]; [`Error::Setting`] for different numbers of layers.
    pub fn at_layers(shown: &[Tensor], hidden: &[Tensor], items: &[usize], rng: &mut Rng) -> Result<Vec<Self>> {
        if shown.len() != hidden.len() {
            let problem = format!("{} layers with the concept, {} without", shown.len(), hidden.len());
            return Err(Error::Setting { what: "contrasted pairs", problem });
        }
        shown.iter().zip(hidden).map(|(a, b)| Self::new(&pick(a, items), &pick(b, items), rng)).collect()
    }
    /// Stimuli of one class, each against one of another class drawn at random, at each layer: `classes` is
    /// `[class][layer][stimuli, units]`. Number `i` of `items` stands against number `i` of the other class, counted round where
    /// that has fewer; it is the same at all layers.
    ///
    /// # Errors
    /// As [`Pairs::new`]; [`Error::Setting`] when there is no such class or no other.
    pub fn against_others(classes: &[Vec<Tensor>], class: usize, items: &[usize], rng: &mut Rng) -> Result<Vec<Self>> {
        let others: Vec<usize> = (0..classes.len()).filter(|o| *o != class).collect();
        if class >= classes.len() || others.is_empty() || classes.iter().any(|c| c.len() != classes[0].len()) {
            let problem = format!("class {class} of {}; give two or more with the same layers", classes.len());
            return Err(Error::Setting { what: "contrasted pairs", problem });
        }
        let against: Vec<usize> = items.iter().map(|_| others[rng.below(others.len())]).collect();
        let at = |l: usize| {
            let other = |(o, i): (&usize, &usize)| {
                let list = &classes[*o][l];
                list.get((i % list.size(0).max(1)) as isize)
            };
            let rest: Vec<Tensor> = against.iter().zip(items).map(other).collect();
            Self::new(&pick(&classes[class][l], items), &Tensor::stack(&rest.iter().collect::<Vec<_>>(), 0), rng)
        };
        (0..classes[class].len()).map(at).collect()
    }
    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.shown_first.len()
    }
    /// Never: there are at least two.
    pub fn is_empty(&self) -> bool {
        self.shown_first.is_empty()
    }
    /// The same pairs with labels dealt out at random: which of the two shows the concept is a coin's choice.
    pub fn relabelled(&self, rng: &mut Rng) -> Self {
        Self { shown_first: (0..self.len()).map(|_| rng.below(2) == 1).collect(), ..self.clone() }
    }
    /// The same pairs with the concept first in each: see [`Pairs::in_order`].
    pub fn ordered(&self) -> Self {
        let n = self.len();
        let both = Tensor::cat(&[&self.first, &self.second], 0);
        let at = |shown: bool| -> Vec<usize> {
            (0..n).map(|i| if self.shown_first[i] == shown { i } else { n + i }).collect()
        };
        let [first, second] = [true, false].map(|shown| pick(&both, &at(shown)));
        Self { first, second, shown_first: vec![true; n] }
    }
    /// Accuracies on test pairs of what should read nothing from these. Random directions take their sign from these pairs, as
    /// every reader's: else their mean is one half whatever the data.
    ///
    /// # Errors
    /// As [`Pairs::read`]; [`Error::Setting`] when there is nothing to take a mean of.
    pub fn controls(&self, test: &Pairs, random: Range<u64>, shuffles: usize, rng: &mut Rng) -> Result<PairControls> {
        if random.is_empty() || shuffles == 0 {
            let problem = "a mean of no random directions or no shuffles; give at least one of each".into();
            return Err(Error::Setting { what: "controls of pairs", problem });
        }
        let of = |concept: Concept| Ok(concept.pair_accuracy(test)?.share());
        let mean = |all: Vec<f64>| all.iter().sum::<f64>() / all.len() as f64;
        let drawn = random.map(|seed| of(self.read(Reader::Random(seed))?)).collect::<Result<_>>()?;
        let dealt =
            (0..shuffles).map(|_| of(self.relabelled(rng).read(Reader::MeanDifference)?)).collect::<Result<_>>()?;
        Ok(PairControls {
            random: mean(drawn),
            shuffled: mean(dealt),
            in_order: of(self.ordered().read(Reader::Pca)?)?,
        })
    }
    /// All rows with their labels.
    ///
    /// # Errors
    /// As [`Examples::new`].
    pub fn examples(&self) -> Result<Examples> {
        let labels = self.shown_first.iter().copied().chain(self.shown_first.iter().map(|s| !s)).collect();
        Examples::new(Tensor::cat(&[&self.first, &self.second], 0), labels)
    }
    /// Finds the concept's direction.
    ///
    /// # Errors
    /// [`Error::Setting`] when the pairs leave no direction; errors of decompositions.
    pub fn read(&self, reader: Reader) -> Result<Concept> {
        let examples = self.examples()?;
        let mean = examples.rows().mean_axis(0, false);
        let vector = match reader {
            Reader::Pca => {
                let d = &self.first - &self.second;
                principal(&(&d - d.mean_axis(0, true)))?
            }
            Reader::MeanDifference => Probe::difference_of_means(&examples)?.weights,
            Reader::KMeans => two_centres(examples.rows())?,
            Reader::Logistic(penalty) => Probe::logistic(&examples, penalty)?.weights,
            Reader::Random(seed) => Rng::new(seed).normal([examples.units()], DType::F64),
        };
        let length = vector.norm(2.0, &[0], false).item();
        if !(length.is_finite() && length > 0.0) {
            return Err(Error::Setting { what: "contrasted pairs", problem: "they leave no direction".into() });
        }
        let concept = Concept { vector: vector / length, mean };
        // The sign with which the shown member of a pair is higher more often than lower.
        let right = concept.pair_accuracy(self)?;
        Ok(match 2 * right.successes >= right.trials {
            true => concept,
            false => Concept { vector: -concept.vector, ..concept },
        })
    }
}

impl Concept {
    /// How much of the concept is in each row `[rows, units]`.
    ///
    /// # Errors
    /// [`Error::Setting`] for another number of units.
    pub fn scores(&self, rows: &Tensor) -> Result<Vec<f64>> {
        let bias = -(&self.mean * &self.vector).sum().item();
        Probe { weights: self.vector.clone(), bias }.scores(&rows.to(DType::F64))
    }
    /// How often the member of a pair that shows the concept scores higher. Ties are no success.
    ///
    /// # Errors
    /// As [`Concept::scores`].
    pub fn pair_accuracy(&self, pairs: &Pairs) -> Result<Proportion> {
        let (a, b) = (self.scores(&pairs.first)?, self.scores(&pairs.second)?);
        let higher = a.iter().zip(&b).zip(&pairs.shown_first).map(|((a, b), first)| if *first { a > b } else { b > a });
        Ok(Proportion::of(higher))
    }
    /// Accuracies of a probe of its own on test examples: as they are, and with the concept's direction taken out of them.
    ///
    /// # Errors
    /// As [`Probe::logistic`]; [`Error::Setting`] for another number of units.
    pub fn removal(&self, train: &Examples, test: &Examples) -> Result<[f64; 2]> {
        let probe = Probe::logistic(train, 1.0)?;
        let v = self.vector.unsqueeze(1).to(DType::F64);
        let centred = test.rows() - self.mean.unsqueeze(0);
        let less = Examples::new(test.rows() - centred.matmul(&v).matmul(&v.t()), test.labels().to_vec())?;
        Ok([probe.test(test)?.accuracy, probe.test(&less)?.accuracy])
    }
    /// The direction at a site, as a symbol.
    ///
    /// # Errors
    /// [`Error::Symbol`] for a vector without length.
    pub fn direction(&self, site: Site) -> Result<Direction> {
        Ok(Direction::new(site, &self.vector)?)
    }
}

/// Accuracies of what should read nothing: see [`Pairs::controls`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairControls {
    /// The mean over random directions.
    pub random: f64,
    /// The mean over differences of means of pairs whose labels were dealt out again.
    pub shuffled: f64,
    /// Of the principal component of pairs with the concept always first.
    pub in_order: f64,
}

/// The concept at the layer where it is read best.
#[derive(Clone, Debug)]
pub struct AtBest {
    /// What was read there.
    pub concept: Concept,
    /// Which layer that is; of equal ones the first.
    pub layer: usize,
    /// Accuracy on validation pairs of each layer.
    pub accuracies: Vec<f64>,
}

/// Reads a concept at each layer from training pairs, and keeps the one that is best on validation pairs.
///
/// # Errors
/// As [`Pairs::read`]; [`Error::Setting`] for no layers.
pub fn best_layer(train: &[Pairs], validation: &[Pairs], reader: Reader) -> Result<AtBest> {
    let mut best: Option<(Concept, usize)> = None;
    let mut accuracies: Vec<f64> = Vec::new();
    for (layer, (train, validation)) in train.iter().zip(validation).enumerate() {
        let concept = train.read(reader)?;
        let accuracy = concept.pair_accuracy(validation)?.share();
        if accuracies.iter().all(|a| accuracy > *a) {
            best = Some((concept, layer));
        }
        accuracies.push(accuracy);
    }
    let none = || Error::Setting { what: "layers of a concept", problem: "there are none".into() };
    best.map(|(concept, layer)| AtBest { concept, layer, accuracies }).ok_or_else(none)
}

/// The first principal component of centred rows.
fn principal(rows: &Tensor) -> Result<Tensor> {
    // The smaller of the two Gram matrices has the same leading eigenvector, up to the map between them.
    let (n, d) = (rows.size(0), rows.size(1));
    let wide = d > n;
    let gram = if wide { rows.matmul(&rows.t()) } else { rows.t().matmul(rows) };
    let (_, vectors) = gram.eigh()?;
    let last = vectors.get((.., -1)).unsqueeze(1);
    Ok(if wide { rows.t().matmul(&last).squeeze(1) } else { last.squeeze(1) })
}

/// The difference of two cluster centres (Lloyd's algorithm), begun at the two ends of the widest direction.
fn two_centres(rows: &Tensor) -> Result<Tensor> {
    let centred = rows - rows.mean_axis(0, true);
    let mut vector = principal(&centred)?;
    let mut middle = 0.0;
    for _ in 0..50 {
        let along = centred.matmul(&vector.unsqueeze(1)).squeeze(1).to_vec::<f64>();
        let (mut high, mut low) = (Vec::new(), Vec::new());
        along.iter().enumerate().for_each(|(i, a)| if *a > middle { high.push(i) } else { low.push(i) });
        if high.is_empty() || low.is_empty() {
            break;
        }
        let [a, b] = [high, low].map(|of| pick(&centred, &of).mean_axis(0, false));
        let next = &a - &b;
        middle = ((a + b) * &next).sum().item() / 2.0;
        let done = next.is_close(&vector, 1e-12, 1e-9);
        vector = next;
        if done {
            break;
        }
    }
    Ok(vector)
}
