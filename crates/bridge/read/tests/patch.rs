//! A planted circuit: every way of patching finds its parts, and nothing when both runs are dealt the same way.

use symbolon_check::Part;
use symbolon_net::{Axis, Network, Result, Select, Site, SiteInfo, Trace, Transformer, TransformerConfig, parameters};
use symbolon_read::patch::{Grid, Patching, Sender};
use symbolon_read::{Layered, Rest};
use symbolon_tensor::{DType, Rng, Tensor};

const HEADS: [Axis; 4] = [Axis::Batch, Axis::Head, Axis::Position, Axis::Unit];
const STREAM: [Axis; 3] = [Axis::Batch, Axis::Position, Axis::Unit];

/// Two layers of three heads on a stream of two numbers and two positions. Head 1 of the first layer copies the first number of
/// position 0 into the second number of position 1; head 2 of the second layer doubles that and answers; the others add noise of
/// their own that the answer does not see.
struct Copying {
    noise: Tensor,
}
parameters!(Copying { noise });

impl Network for Copying {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let x = trace.at("blocks.0.resid_pre", &STREAM, inputs[0].clone())?; // [batch, 2, 2]
        let b = x.size(0);
        let from = x.get((.., 0, 0)).reshape([b, 1, 1, 1]);
        let quiet = |x: &Tensor| x.get((.., .., 0)).mean_axis(1, false).reshape([b, 1, 1, 1]) * &self.noise; // [b, 1, 2, 1]
        let zero = from.zeros_like();
        let copied = Tensor::cat(&[&zero, &from], 2);
        let z = Tensor::cat(&[&quiet(&x), &copied, &quiet(&x)], 1);
        let z = trace.at("blocks.0.attn.z", &HEADS, z)?;
        let first = (z.get((.., 0)) + z.get((.., 2))) * 0.1;
        let stream = x + Tensor::cat(&[&first, &z.get((.., 1))], 2);
        let stream = trace.at("blocks.1.resid_pre", &STREAM, stream)?;
        let q = stream.get((.., .., 1)).reshape([b, 1, 2, 1]);
        let q = trace.at("blocks.1.attn.q", &HEADS, Tensor::cat(&[&q, &q, &q], 1))?;
        let z = Tensor::cat(&[&quiet(&stream), &quiet(&stream), &(q.narrow(1, 2..3) * 2.0)], 1);
        let z = trace.at("blocks.1.attn.z", &HEADS, z)?;
        trace.at("logits", &[Axis::Batch, Axis::Unit], z.get((.., 2, 1)))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let stream = |n: &str| SiteInfo::new(n, &STREAM, &[None, None, Some(2)]);
        let heads = |n: &str| SiteInfo::new(n, &HEADS, &[None, Some(3), None, Some(1)]);
        vec![
            stream("blocks.0.resid_pre"),
            heads("blocks.0.attn.z"),
            stream("blocks.1.resid_pre"),
            heads("blocks.1.attn.q"),
            heads("blocks.1.attn.z"),
            SiteInfo::new("logits", &[Axis::Batch, Axis::Unit], &[None, Some(1)]),
        ]
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "copying" })
    }
}

fn world() -> (Copying, [Tensor; 1], [Tensor; 1]) {
    let mut rng = Rng::new(1);
    let network = Copying { noise: rng.normal([1, 1, 2, 1], DType::F64) };
    let clean = rng.normal([16, 2, 2], DType::F64) + 2.0;
    // Only the first number of the first position differs.
    let corrupted = clean.set((.., 0, 0), &(clean.get((.., 0, 0)) * -1.0));
    (network, [clean], [corrupted])
}

fn answer(y: &Tensor) -> Tensor {
    y.get((.., 0))
}

#[test]
fn the_planted_circuit_is_found_by_every_way_of_patching() {
    let (network, clean, corrupted) = world();
    let patching = Patching::new(&network, &clean, &corrupted, &answer).unwrap();
    let heads = Grid::heads(&network, "blocks.*.attn.z").unwrap();
    assert_eq!(heads.parts.len(), 6);
    let exact = patching.activation(&heads.parts).unwrap();
    for effects in
        [exact.clone(), patching.attribution(&heads.parts, 1).unwrap(), patching.attribution(&heads.parts, 5).unwrap()]
    {
        for (i, effect) in effects.iter().enumerate() {
            // Head 1 of the first layer and head 2 of the second; the network is linear, so tangents are exact.
            let planted = if i == 1 || i == 5 { 1.0 } else { 0.0 };
            assert!((effect - planted).abs() < 1e-9, "{i}: {effect}");
        }
    }
    let cells = heads.cells(&exact);
    assert_eq!((cells[0].site.as_str(), cells[0].column), ("blocks.0.attn.z", 1));
    // What differs moves from position 0 to position 1 between the layers.
    let grid = Grid::positions(&network, "blocks.*.resid_pre", 2).unwrap();
    let effects = patching.activation(&grid.parts).unwrap();
    assert!(effects.iter().zip([1.0, 0.0, 0.0, 1.0]).all(|(e, t)| (e - t).abs() < 1e-9), "{effects:?}");
    // The edge from the copying head to the query of the answering one.
    let frozen = vec![Site::new("blocks.0.attn.z").unwrap(), Site::new("blocks.1.attn.z").unwrap()];
    let receivers: Vec<Part> =
        (0..3).map(|h| Part::of(&format!("blocks.1.attn.q[{h}]"), Select::all()).unwrap()).collect();
    for (head, on) in [(0, 0.0), (1, 1.0), (2, 0.0)] {
        let part = Part::of(&format!("blocks.0.attn.z[{head}]"), Select::all()).unwrap();
        let effects = patching.path(&Sender { part, frozen: frozen.clone() }, &receivers).unwrap();
        assert!(effects.iter().zip([0.0, 0.0, on]).all(|(e, t)| (e - t).abs() < 1e-9), "{head}: {effects:?}");
    }
}

#[test]
fn the_same_examples_dealt_to_both_runs_leave_nothing() {
    let (network, clean, corrupted) = world();
    // Each half of the examples is clean in one run and corrupted in the other: the runs do not differ on average.
    let half = |a: &Tensor, b: &Tensor| Tensor::cat(&[a, b], 0);
    let (one, other) = ([half(&clean[0], &corrupted[0])], [half(&corrupted[0], &clean[0])]);
    let refused = Patching::new(&network, &one, &other, &answer).err().unwrap().to_string();
    assert!(refused.contains("nothing to bring back"), "{refused}");
    // What differs is where no path to the answer begins.
    let elsewhere = [clean[0].set((.., 1, 0), &(clean[0].get((.., 1, 0)) * 3.0))];
    assert!(Patching::new(&network, &clean, &elsewhere, &answer).is_err());
}

#[test]
fn scans_from_a_layer_on_agree_with_whole_passes() {
    let mut rng = Rng::new(5);
    let network = Transformer::new(&TransformerConfig::decoder(13, 6, 3, 12, 3), &mut rng).unwrap();
    let (clean, corrupted) = (rng.indices([7, 5], 13), rng.indices([7, 5], 13));
    let metric = |y: &Tensor| y.get((.., -1, 3));
    let whole =
        Patching::new(&network, std::slice::from_ref(&clean), std::slice::from_ref(&corrupted), &metric).unwrap();
    let streams = [clean, corrupted].map(|x| [network.before(&[x], 1).unwrap()]);
    let rest = Rest::new(&network, 1).unwrap();
    let from = Patching::new(&rest, &streams[0], &streams[1], &metric).unwrap();
    let heads = Grid::heads(&rest, "blocks.*.attn.z").unwrap();
    assert_eq!((heads.rows.len(), heads.columns), (2, 3));
    let (a, b) = (whole.activation(&heads.parts).unwrap(), from.activation(&heads.parts).unwrap());
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-4), "{a:?} {b:?}");
    // More gradients along the line come nearer to the exact effect.
    let off = |steps| -> f64 {
        let approximate = from.attribution(&heads.parts, steps).unwrap();
        approximate.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum()
    };
    assert!(off(12) < off(1), "{} {}", off(12), off(1));
    assert!(Grid::heads(&network, "blocks.*.resid_pre").is_err());
    assert!(Grid::positions(&network, "blocks.*.resid_per", 2).unwrap_err().to_string().contains("nearest"));
    assert!(whole.attribution(&heads.parts, 0).is_err());
}
