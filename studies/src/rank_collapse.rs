//! Row 134, "Attention is not all you need": attention alone makes all tokens the same; skip connections, which are short paths,
//! keep them apart. Measured in random stacks, in two published models with parts switched off, and in networks that sort.

use symbolon_check::claim::Evidence;
use symbolon_check::stats::{Estimate, Proportion};
use symbolon_data::{Batches, wikitext};
use symbolon_draw::{Axis, Bars, Plot};
use symbolon_lm::{LanguageModel, Local, Prompt};
use symbolon_net::pretrained::Pass;
use symbolon_net::train::{Fit, Trainer};
use symbolon_net::{Edit, Network, Trace, Transformer, TransformerConfig};
use symbolon_read::paths::surgery::{Surgery, along};
use symbolon_read::paths::{AttentionStack, Bound, Paths, composite_norm, relative_residual, residual, sample};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

use crate::{Lab, Result};

/// Relative residuals below this are rounding.
const FLOOR: f64 = 1e-12;
const SORT: [usize; 3] = [8, 10, 6]; // tokens, labels, layers
const HEADS: usize = 2;

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    stacks(lab)?;
    models(lab)?;
    sorting(lab)
}

/// Relative residuals of each layer, `[layers + 1][examples]`, counted from the input of the first.
fn layers(trace: &Trace) -> Vec<Vec<f64>> {
    trace.recorded().map(|(_, x)| relative_residual(x.tensor()).to_vec()).collect()
}

/// Mean ratio of successive increments, and how much better a geometric law fits than a linear one (AIC).
fn growth(left: &[f64]) -> [f64; 2] {
    let y: Vec<f64> = left.iter().take_while(|r| **r > FLOOR).map(|r| -r.ln()).collect();
    let steps: Vec<f64> = y.windows(2).map(|w| w[1] - w[0]).collect();
    let ratios: Vec<f64> = steps.windows(2).map(|w| w[1] / w[0]).collect();
    let ratio = ratios.iter().sum::<f64>() / ratios.len() as f64;
    // y = a f(l): the best a is ⟨y, f⟩ / ⟨f, f⟩.
    let aic = |f: &dyn Fn(f64) -> f64, parameters: f64| {
        let f: Vec<f64> = (0..y.len()).map(|l| f(l as f64)).collect();
        let a = y.iter().zip(&f).map(|(y, f)| y * f).sum::<f64>() / f.iter().map(|f| f * f).sum::<f64>();
        let errors: f64 = y.iter().zip(&f).map(|(y, f)| (y - a * f).powi(2)).sum();
        y.len() as f64 * (errors / y.len() as f64).ln() + 2.0 * parameters
    };
    let geometric = (1..400).map(|i| aic(&|l| (1.0 + i as f64 * 0.01).powf(l), 2.0)).fold(f64::INFINITY, f64::min);
    [ratio, aic(&|l| l, 1.0) - geometric]
}

fn stacks(lab: &mut Lab) -> Result<()> {
    let (mut exact, mut ratio, mut laws, mut gone) = (vec![], vec![], vec![], [vec![], vec![], vec![]]);
    let (mut worst, mut curves) = (f64::NEG_INFINITY, Vec::new());
    let depth = lab.pick(24, 48);
    for seed in lab.seeds() {
        lab.note(&format!("seed {seed}: attention alone"));
        let mut rng = Rng::new(seed);
        let (stack, x) = (AttentionStack::random(4, 24, 3, true, &mut rng), rng.normal([10, 24], DType::F64));
        let whole = stack.forward(&[x.unsqueeze(0)], &mut Trace::none())?.get(0);
        exact.push(((Paths::of(&stack, &x)?.sum()? - &whole).abs().max() / whole.abs().max()).item());
        let (stack, x) = (AttentionStack::random(depth, 32, 4, false, &mut rng), rng.normal([1, 32, 32], DType::F64));
        let shuffled = rng.permutation(32).one_hot(32, DType::F64);
        let edits = [None, Some(Edit::Replace(Tensor::eye(32, DType::F64))), Some(Edit::Replace(shuffled))];
        for (edit, gone) in edits.into_iter().zip(&mut gone) {
            let trace = Trace::new().record("blocks.0.resid_pre").record("blocks.*.resid_post");
            let mut trace = edit.into_iter().fold(trace, |t, e| t.edit("blocks.*.attn.pattern", e));
            no_grad(|| stack.forward(std::slice::from_ref(&x), &mut trace))?;
            let left: Vec<f64> = layers(&trace).into_iter().map(|x| x[0]).collect();
            gone.push(left[12]);
            curves.push(left);
        }
        let [r, law] = growth(&curves[curves.len() - 3]);
        ratio.push(r);
        laws.push(law);
        for i in 0..60 {
            let stack = AttentionStack::random(1 + i % 3, 8, 2, false, &mut rng);
            let x = rng.normal([8, 8], DType::F64) * 10f64.powf(-3.0 * rng.unit());
            let (bound, before) = (Bound::of(&stack), composite_norm(&residual(&x)).item());
            if bound.binds(before) {
                let after = residual(&stack.forward(&[x.unsqueeze(0)], &mut Trace::none())?.get(0));
                worst = worst.max(composite_norm(&after).item().ln() - bound.ln_after(before));
            }
        }
    }
    lab.means("paths-add-up", &exact, &[])?;
    lab.means("collapse-accelerates", &ratio, &[])?;
    lab.means("geometric-beats-linear", &laws, &[])?;
    let controls: [(&str, &[f64]); 2] =
        [("patterns are the identity", &gone[1]), ("patterns are permutations", &gone[2])];
    lab.means("gone-by-layer-12", &gone[0], &controls)?;
    lab.report("below-the-bound", Evidence::new(Estimate::exact(worst)?))?;
    let names = ["attention", "patterns are the identity", "patterns are permutations"];
    let plot =
        names.iter().zip(&curves).fold(collapse("Random attention, 64 bits"), |p, (n, c)| p.line(*n, &points(c)));
    lab.show(|page| {
        page.section("Attention alone")
            .text("How much of the tokens is not common to all of them, layer by layer. Without skip connections it falls ever faster, until rounding ends it; when nobody looks at anybody else, or at exactly one other token, it does not fall at all: averaging is the cause, not depth.")
            .figure("One random stack of the first seed.", plot)
    });
    Ok(())
}

fn collapse(title: &str) -> Plot {
    Plot::new(title).x(Axis::new("layer")).y(Axis::new("relative residual").log())
}

fn points(y: &[f64]) -> Vec<(f64, f64)> {
    y.iter().enumerate().map(|(l, y)| (l as f64, y.max(1e-17))).collect()
}

/// The relative residual of each paragraph behind the last layer, for each variant of a model, and the curves.
fn variants(model: &Local) -> Result<([Vec<f64>; 4], Plot)> {
    let paragraphs = wikitext::articles()?.held_out.into_iter().flatten();
    let tokens = paragraphs.filter_map(|p| model.tokens(&Prompt::Text(p)).ok());
    let tokens: Vec<i64> =
        tokens.filter(|t| t.len() >= 64).take(32).flat_map(|t| t.into_iter().take(64)).map(i64::from).collect();
    let tokens = Tensor::new(tokens, [32, 64]).map_err(symbolon_net::Error::other)?;
    let depth = model.network.blocks.len();
    let mut last: [Vec<f64>; 4] = Default::default();
    let mut plot = collapse(model.name());
    for ((name, surgery), last) in Surgery::ALL.into_iter().zip(&mut last) {
        let mut trace = surgery.on(Trace::new().record("blocks.0.resid_pre").record("blocks.*.resid_post"), depth);
        let pass = Pass { until: Some(depth), ..Pass::default() };
        no_grad(|| model.network.run(std::slice::from_ref(&tokens), pass, &mut trace))?;
        let left = layers(&trace);
        let means: Vec<f64> = left.iter().map(|x| x.iter().sum::<f64>() / x.len() as f64).collect();
        plot = plot.line(name, &points(&means));
        *last = left.last().cloned().unwrap_or_default();
    }
    Ok((last, plot))
}

fn models(lab: &mut Lab) -> Result<()> {
    lab.note("MiniLM and SmolLM2 without some of their parts");
    let small = ["minilm-without-skips", "minilm-keeps-tokens-apart", "mlps-slow-the-collapse"];
    let large = ["smollm2-keeps-tokens-apart"];
    let (minilm, smollm2) = (lab.model_for("minilm-l6-v2", &small)?, lab.model_for("smollm2-135m", &large)?);
    let mut figures = Vec::new();
    if let Some(model) = minilm {
        let ([whole, _, no_skips, alone], plot) = variants(&model)?;
        lab.means("minilm-without-skips", &alone, &[])?;
        lab.means("minilm-keeps-tokens-apart", &whole, &[])?;
        let slower: Vec<f64> = no_skips.iter().zip(&alone).map(|(a, b)| (a / b).ln()).collect();
        lab.means("mlps-slow-the-collapse", &slower, &[])?;
        figures.push(("A sentence encoder, mean over 32 paragraphs.", plot));
    }
    if let Some(model) = smollm2 {
        let ([whole, _, _, alone], plot) = variants(&model)?;
        lab.means("smollm2-keeps-tokens-apart", &whole, &[("without skips and MLPs", &alone)])?;
        figures.push(("A language model, mean over 32 paragraphs.", plot));
    }
    lab.show(|page| {
        let text = "Weights as published, norms kept; skip connections and feed-forward layers are switched off by edits of the pass.";
        let page = page.section("Models with parts switched off").text(text);
        figures.into_iter().fold(page, |page, (caption, plot)| page.figure(caption, plot))
    });
    Ok(())
}

fn sequences(n: usize, rng: &mut Rng) -> [Tensor; 2] {
    let x: Vec<Vec<i64>> = (0..n).map(|_| (0..SORT[0]).map(|_| rng.below(SORT[1]) as i64).collect()).collect();
    let sorted = x.iter().cloned().map(|mut s| (s.sort_unstable(), s).1);
    let tensor = |x: Vec<i64>| Tensor::new(x, [n, SORT[0]]).expect("as many numbers as asked for");
    [tensor(sorted.clone().flatten().collect()), tensor(x.concat())]
}

/// The share of positions at which the likeliest label is right.
fn accuracy(logits: &Tensor, right: &Tensor) -> f64 {
    let said = logits.argmax(-1).to_vec::<i64>();
    Proportion::of(said.iter().zip(right.to_vec::<i64>()).map(|(a, b)| *a == b)).share()
}

fn sorting(lab: &mut Lab) -> Result<()> {
    let [_, labels, depth] = SORT;
    let (mut whole, mut bare, mut gap, mut lengths) = (vec![], vec![], vec![], vec![vec![]; depth + 1]);
    let epochs = lab.pick(60, 200);
    for seed in lab.seeds() {
        lab.note(&format!("seed {seed}: sorting"));
        let mut rng = Rng::new(seed ^ 0x5047);
        let [[right, x], [held_right, held]] = [sequences(1000, &mut rng), sequences(400, &mut rng)];
        let config =
            TransformerConfig { hidden: 96, ..TransformerConfig::encoder(labels, SORT[0], depth, 48, HEADS, labels) };
        let trained = |surgery: Surgery| -> Result<Transformer> {
            let mut net = Transformer::new(&config, &mut Rng::new(seed))?;
            let batches = Batches::new(1000, 50, seed)?;
            let mut task = Fit::new(&mut net, batches.steps(), |net, step| {
                let items = symbolon_data::indices(&batches.batch(step.epoch, step.batch));
                let [x, right] = [&x, &right].map(|t| t.index_select(0, &items));
                let logits = net.forward(&[x], &mut surgery.on(Trace::new(), depth))?;
                Ok(logits.flatten(0, 1).cross_entropy(&right.flatten(0, 1)))
            });
            Trainer::new(Adam::new(2e-3)).epochs(epochs).seed(seed).clip(1.0).run(&mut task)?;
            Ok(net)
        };
        let say = |net: &Transformer, mut trace: Trace| -> Result<Tensor> {
            Ok(no_grad(|| net.forward(std::slice::from_ref(&held), &mut trace))?)
        };
        let (full, none) = (Surgery::ALL[0].1, Surgery::ALL[2].1);
        let net = trained(full)?;
        whole.push(accuracy(&say(&net, Trace::none())?, &held_right));
        bare.push(accuracy(&say(&trained(none)?, none.on(Trace::new(), depth))?, &held_right));
        let mut of = Vec::new();
        for (length, all) in lengths.iter_mut().enumerate() {
            let paths = sample(&vec![HEADS; depth], length, if length == 0 { 1 } else { 24 }, &mut rng);
            let mut sum = Tensor::zeros([400, SORT[0], labels], DType::F32);
            for steps in &paths {
                sum = sum + say(&net, along(Trace::new(), steps, HEADS))?;
            }
            of.push(accuracy(&sum, &held_right));
            all.push(of[length]);
        }
        gap.push(of[1].max(of[2]) - of[depth]);
    }
    lab.means("short-paths-dominate", &gap, &[("whole network", &whole)])?;
    lab.means("sorting-needs-skips", &bare, &[("with skips", &whole)])?;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let names = (0..=depth).map(|k| k.to_string()).chain(["whole".into(), "no skips".into()]);
    let values: Vec<f64> = lengths.iter().map(|x| mean(x)).chain([mean(&whole), mean(&bare)]).collect();
    lab.show(|page| {
        page.section("Sorting").figure(
            "Accuracy of a transformer that sorts 8 numbers, restricted to paths through so many heads.",
            Bars::new("Accuracy by length of path", names)
                .axis(Axis::new("accuracy").range(0.0, 1.0))
                .group("held-out sequences", &values),
        )
    });
    Ok(())
}
