//! Row 134, "Attention is not all you need": attention alone makes all tokens the same; skip connections, which are short paths,
//! keep them apart. Measured in random stacks, in two published models with parts switched off, and in networks that sort.

use symbolon_check::claim::Evidence;
use symbolon_check::stats::{Estimate, Proportion};
use symbolon_data::{Batches, sorting, wikitext};
use symbolon_draw::{Axis, Bars, Plot};
use symbolon_lm::{LanguageModel, Local, Prompt};
use symbolon_net::train::{Fit, Trainer};
use symbolon_net::{Edit, Network, Trace, Transformer, TransformerConfig};
use symbolon_read::paths::surgery::{self, Surgery, summed};
use symbolon_read::paths::{AttentionStack, Bound, Growth, Paths, left_by_layer, record_streams, sample};
use symbolon_tensor::optim::Adam;
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

use crate::{ClaimRow, Lab, Numbers, Result};

/// Relative residuals below this are rounding.
const FLOOR: f64 = 1e-12;
/// Of the network that sorts.
const TOKENS: usize = 8;
const LABELS: usize = 10;
const LAYERS: usize = 6;
const HEADS: usize = 2;
/// What stands in the place of a stack's own patterns.
const PATTERNS: [&str; 3] = ["attention", "patterns are the identity", "patterns are permutations"];

/// Measures and reports every claim.
pub fn run(lab: &mut Lab) -> Result<()> {
    stacks(lab)?;
    models(lab)?;
    sorters(lab)
}

/// Random stacks of attention alone: paths, collapse, the bound.
fn stacks(lab: &mut Lab) -> Result<()> {
    let mut n = Numbers::default();
    let depth = lab.pick(24, 48);
    let mut plot = collapse("Random attention, 64 bits");
    for seed in lab.seeds() {
        lab.note(&format!("seed {seed}: attention alone"));
        let mut rng = Rng::new(seed);
        let (stack, x) = (AttentionStack::random(4, 24, 3, true, &mut rng), rng.normal([10, 24], DType::F64));
        let whole = stack.answer(&x.unsqueeze(0))?.get(0);
        n.add("paths", ((Paths::of(&stack, &x)?.sum()? - &whole).abs().max() / whole.abs().max()).item());
        let (stack, x) = (AttentionStack::random(depth, 32, 4, false, &mut rng), rng.normal([1, 32, 32], DType::F64));
        let shuffled = rng.permutation(32).one_hot(32, DType::F64);
        let edits = [None, Some(Edit::Replace(Tensor::eye(32, DType::F64))), Some(Edit::Replace(shuffled))];
        for (pattern, edit) in PATTERNS.into_iter().zip(edits) {
            let trace = record_streams(Trace::new());
            let mut trace = edit.into_iter().fold(trace, |t, e| t.edit("blocks.*.attn.pattern", e));
            no_grad(|| stack.forward(std::slice::from_ref(&x), &mut trace))?;
            let left: Vec<f64> = left_by_layer(&trace).concat();
            n.add(pattern, left[12]);
            if pattern == PATTERNS[0] {
                let Growth { ratio, geometric_lead } = Growth::of(&left, FLOOR);
                n.add_all([("ratio", ratio), ("geometric lead", geometric_lead)]);
            }
            if lab.seeds()[0] == seed {
                plot = plot.line(pattern, &points(&left));
            }
        }
        for i in 0..60 {
            let stack = AttentionStack::random(1 + i % 3, 8, 2, false, &mut rng);
            let x = rng.normal([8, 8], DType::F64) * 10f64.powf(-3.0 * rng.unit());
            n.add_all(Bound::excess(&stack, &x)?.map(|excess| ("above the bound", excess)));
        }
    }
    let [collapsed, identity, permuted] = PATTERNS;
    let claims: [ClaimRow<'_>; 4] = [
        ("paths-add-up", "paths", &[]),
        ("collapse-accelerates", "ratio", &[]),
        ("geometric-beats-linear", "geometric lead", &[]),
        ("gone-by-layer-12", collapsed, &[(identity, identity), (permuted, permuted)]),
    ];
    lab.all_means(&n, &claims)?;
    lab.report("below-the-bound", Evidence::new(Estimate::exact(n.largest("above the bound"))?))?;
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

/// The relative residual of each paragraph behind the last layer for each variant of a model, and the curves.
fn variants(model: &Local) -> Result<(Numbers, Plot)> {
    let paragraphs = wikitext::articles()?.held_out.into_iter().flatten();
    let ids = paragraphs.filter_map(|p| model.tokens(&Prompt::Text(p)).ok()).filter(|t| t.len() >= 64);
    let tokens = symbolon_lm::batch(&ids.take(32).map(|t| t[..64].to_vec()).collect::<Vec<_>>())?;
    let (mut n, mut plot) = (Numbers::default(), collapse(model.name()));
    for (name, left) in surgery::collapse(&model.network, &tokens)? {
        n.add_all(left[left.len() - 1].iter().map(|r| (name, *r)));
        let means: Vec<f64> = left.iter().map(|x| x.iter().sum::<f64>() / x.len() as f64).collect();
        plot = plot.line(name, &points(&means));
    }
    Ok((n, plot))
}

fn models(lab: &mut Lab) -> Result<()> {
    lab.note("MiniLM and SmolLM2 without some of their parts");
    let small = ["minilm-without-skips", "minilm-keeps-tokens-apart", "mlps-slow-the-collapse"];
    let mut figures = Vec::new();
    if let Some(model) = lab.model_for("minilm-l6-v2", &small)? {
        let (mut n, plot) = variants(&model)?;
        n.derive("slower", ["no skips", "attention only"], |a, b| (a / b).ln())?;
        lab.all_means(&n, &[(small[0], "attention only", &[]), (small[1], "whole", &[]), (small[2], "slower", &[])])?;
        figures.push(("A sentence encoder, mean over 32 paragraphs.", plot));
    }
    if let Some(model) = lab.model_for("smollm2-135m", &["smollm2-keeps-tokens-apart"])? {
        let (n, plot) = variants(&model)?;
        let control = [("without skips and MLPs", "attention only")];
        lab.all_means(&n, &[("smollm2-keeps-tokens-apart", "whole", &control)])?;
        figures.push(("A language model, mean over 32 paragraphs.", plot));
    }
    lab.show(|page| {
        let text = "Weights as published, norms kept; skip connections and feed-forward layers are switched off by edits of the pass.";
        let page = page.section("Models with parts switched off").text(text);
        figures.into_iter().fold(page, |page, (caption, plot)| page.figure(caption, plot))
    });
    Ok(())
}

/// The share of positions at which the likeliest label is right.
fn accuracy(logits: &Tensor, right: &Tensor) -> f64 {
    Proportion::agreement(&logits.argmax(-1).to_vec::<i64>(), &right.to_vec()).share()
}

/// A transformer that learned to sort, with the edits of a surgery in place all the time.
fn sorter([x, sorted]: &[Tensor; 2], surgery: Surgery, epochs: u64, seed: u64) -> Result<Transformer> {
    let encoder = TransformerConfig::encoder(LABELS, TOKENS, LAYERS, 48, HEADS, LABELS);
    let mut net = Transformer::new(&TransformerConfig { hidden: 96, ..encoder }, &mut Rng::new(seed))?;
    let batches = Batches::new(x.size(0), 50, seed)?;
    let mut task = Fit::new(&mut net, batches.steps(), |net, step| {
        let items = symbolon_data::indices(&batches.batch(step.epoch, step.batch));
        let [x, sorted] = [x, sorted].map(|t| t.index_select(0, &items));
        let logits = net.forward(&[x], &mut surgery.on(Trace::new(), LAYERS))?;
        Ok(logits.flatten(0, 1).cross_entropy(&sorted.flatten(0, 1)))
    });
    Trainer::new(Adam::new(2e-3)).epochs(epochs).seed(seed).clip(1.0).run(&mut task)?;
    Ok(net)
}

/// Networks that sort: through paths of one length alone, and without skip connections.
fn sorters(lab: &mut Lab) -> Result<()> {
    let mut n = Numbers::default();
    let (whole, no_skips) = (Surgery::ALL[0].1, Surgery::ALL[2].1);
    for seed in lab.seeds() {
        lab.note(&format!("seed {seed}: sorting"));
        let mut rng = Rng::new(seed ^ 0x5047);
        let [train, [x, sorted]] = [1000, 400].map(|count| sorting(count, TOKENS, LABELS, &mut rng));
        let trained = |surgery| sorter(&train, surgery, lab.pick(60, 200), seed);
        let net = trained(whole)?;
        n.add("whole", accuracy(&no_grad(|| net.answer(&x))?, &sorted));
        let mut cut = no_skips.on(Trace::new(), LAYERS);
        let bare = trained(no_skips)?;
        n.add("no skips", accuracy(&no_grad(|| bare.forward(std::slice::from_ref(&x), &mut cut))?, &sorted));
        let mut of = Vec::new();
        for length in 0..=LAYERS {
            let paths = sample(&[HEADS; LAYERS], length, if length == 0 { 1 } else { 24 }, &mut rng);
            of.push(accuracy(&summed(&net, &x, &paths, HEADS)?, &sorted));
            n.add(length.to_string(), of[length]);
        }
        n.add("lead of short paths", of[1].max(of[2]) - of[LAYERS]);
    }
    let claims: [ClaimRow<'_>; 2] = [
        ("short-paths-dominate", "lead of short paths", &[("whole network", "whole")]),
        ("sorting-needs-skips", "no skips", &[("with skips", "whole")]),
    ];
    lab.all_means(&n, &claims)?;
    let names: Vec<String> = (0..=LAYERS).map(|k| k.to_string()).chain(["whole".into(), "no skips".into()]).collect();
    let values: Vec<f64> = names.iter().map(|name| n.mean(name)).collect();
    let bars = Bars::new("Accuracy by length of path", names).axis(Axis::new("accuracy").range(0.0, 1.0));
    let caption = "Accuracy of a transformer that sorts 8 numbers, restricted to paths through so many heads.";
    lab.show(|page| page.section("Sorting").figure(caption, bars.group("held-out sequences", &values)));
    Ok(())
}
