//! What the rules of a trained classifier do: interventions on their truth and on their thresholds.

use symbolon_tensor::Tensor;

use super::{NodeClassifier, NodeTask, Rules};

/// How a classifier uses its rules.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleEffects {
    /// Test nodes for which the logit of the predicted class falls by more than asked for when the most important rule's truth is set to
    /// its mean everywhere.
    pub important: usize,
    /// Those of them for which the class's probability falls, too.
    pub lowered: usize,
    /// How far thresholds moved from where they started, on average, in deviations of their features; zero for other rules.
    pub moved: f64,
    /// How many thresholds matter: moved by one deviation, up or down, they change the test accuracy or the logits of predicted classes
    /// by more than 0.05 on average.
    pub matter: usize,
}

impl NodeTask {
    /// Measures the rules of a classifier; none for one without rules. `least` is the fall of a logit from which on a rule is important;
    /// `start` holds the thresholds before training.
    pub fn effects(
        &self,
        network: &NodeClassifier,
        features: &Tensor,
        start: &[f64],
        least: f64,
    ) -> Option<RuleEffects> {
        let whole = self.pass(network, features, None);
        let truth = whole.truth.as_ref()?;
        let classes = whole.logits.argmax(1).unsqueeze(1);
        let of_class = |all: &Tensor| all.gather(1, &classes).squeeze(1).to_vec::<f64>();
        let (logits, sure) = (of_class(&whole.logits), of_class(&whole.logits.softmax(1)));
        let (mut importance, mut without) = (Vec::new(), Vec::new());
        for rule in 0..truth.size(1) {
            let mean = truth.get((.., rule as isize)).mean().item();
            let other = self.pass(network, features, Some((rule, mean)));
            importance.push(of_class(&other.logits).iter().zip(&logits).map(|(a, b)| b - a).collect::<Vec<f64>>());
            without.push(of_class(&other.logits.softmax(1)));
        }
        let mut out = RuleEffects { important: 0, lowered: 0, moved: 0.0, matter: 0 };
        for &u in &self.test {
            let top = (0..importance.len()).max_by(|&a, &b| importance[a][u].total_cmp(&importance[b][u]))?;
            if importance[top][u] > least {
                out.important += 1;
                out.lowered += usize::from(without[top][u] < sure[u]);
            }
        }
        let Rules::Thresholds { threshold, .. } = &network.fusion.as_ref()?.rules else { return Some(out) };
        let (theta, deviation) = (threshold.to_vec::<f64>(), features.std_axes(&[0], false, 0).to_vec::<f64>());
        let far = theta.iter().zip(start).zip(&deviation).map(|((t, s), d)| (t - s).abs() / d.max(1e-6));
        out.moved = far.sum::<f64>() / theta.len() as f64;
        let accuracy = self.accuracy(&whole.logits, &self.test);
        let changes = |rule: usize, by: f64| {
            let mut other = network.clone();
            if let Some(Rules::Thresholds { threshold, .. }) = other.fusion.as_mut().map(|f| &mut f.rules) {
                let value = Tensor::full([], theta[rule] + by * deviation[rule], threshold.dtype());
                *threshold = threshold.set(rule as isize, &value);
            }
            let turned = self.pass(&other, features, None).logits;
            let apart = of_class(&turned).iter().zip(&logits).map(|(a, b)| (a - b).abs()).sum::<f64>();
            self.accuracy(&turned, &self.test) != accuracy || apart / logits.len() as f64 > 0.05
        };
        out.matter = (0..theta.len()).filter(|&rule| changes(rule, -1.0) || changes(rule, 1.0)).count();
        Some(out)
    }
}
