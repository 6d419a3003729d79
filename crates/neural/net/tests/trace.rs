//! A little network of two blocks with heads, recorded, edited and differentiated.

use symbolon_net::{Activation, Axis, Edit, Error, Network, Result, Select, Site, SiteInfo, Trace, parameters};
use symbolon_tensor::{DType, Rng, Tensor, no_grad};

/// Two blocks, each `x + mix(heads(tanh(x W)))`, and a read-out.
struct Little {
    weights: Vec<Tensor>, // [6, 6]
    out: Tensor,          // [6, 3]
}
parameters!(Little { weights, out });

const STREAM: [Axis; 3] = [Axis::Batch, Axis::Position, Axis::Unit];
const HEADS: [Axis; 4] = [Axis::Batch, Axis::Position, Axis::Head, Axis::Unit];

impl Network for Little {
    fn forward(&self, inputs: &[Tensor], trace: &mut Trace) -> Result<Tensor> {
        let mut x = trace.at("embed", &STREAM, inputs[0].clone())?; // [batch, position, 6]
        let (b, p) = (x.size(0), x.size(1));
        for (l, w) in self.weights.iter().enumerate() {
            let z = x.matmul(w).tanh().reshape([b, p, 2, 3]);
            let z = trace.at(format_args!("blocks.{l}.attn.z"), &HEADS, z)?;
            // Positions see each other through their mean, so that an edit in one place shows in others.
            let z = z.reshape([b, p, 6]);
            x = trace.at(format_args!("blocks.{l}.resid_post"), &STREAM, &x + &z + z.mean_axis(1, true))?;
        }
        trace.at("logits", &STREAM, x.matmul(&self.out))
    }
    fn sites(&self) -> Vec<SiteInfo> {
        let mut sites = vec![SiteInfo::new("embed", &STREAM, &[None, None, Some(6)])];
        for l in 0..self.weights.len() {
            let z = format_args!("blocks.{l}.attn.z").to_string();
            sites.push(SiteInfo::new(z, &HEADS, &[None, None, Some(2), Some(3)]));
            sites.push(SiteInfo::new(format!("blocks.{l}.resid_post"), &STREAM, &[None, None, Some(6)]));
        }
        sites.push(SiteInfo::new("logits", &STREAM, &[None, None, Some(3)]));
        sites
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "little" })
    }
}

fn little() -> (Little, Tensor, Tensor) {
    let mut rng = Rng::new(5);
    let mut normal = |shape: &[usize]| rng.normal(shape, DType::F64);
    let network = Little { weights: vec![normal(&[6, 6]) * 0.5, normal(&[6, 6]) * 0.5], out: normal(&[6, 3]) };
    (network, normal(&[2, 4, 6]), normal(&[2, 4, 6]))
}

fn site(name: &str) -> Site {
    name.parse().unwrap()
}

fn bits(x: &Tensor) -> Vec<u64> {
    x.to_vec::<f64>().into_iter().map(f64::to_bits).collect()
}

fn run(network: &Little, x: &Tensor, trace: &mut Trace) -> Tensor {
    network.forward(std::slice::from_ref(x), trace).unwrap()
}

#[test]
fn every_site_that_is_promised_is_passed_in_order_and_as_described() {
    let (network, x, _) = little();
    let mut trace = Trace::new().record("**");
    run(&network, &x, &mut trace);
    let sites = network.sites();
    let passed: Vec<&Site> = trace.recorded().map(|(s, _)| s).collect();
    assert_eq!(passed, sites.iter().map(|s| &s.site).collect::<Vec<_>>());
    for (info, (_, activation)) in sites.iter().zip(trace.recorded()) {
        assert_eq!(info.axes, activation.axes());
        for (known, &n) in info.sizes.iter().zip(activation.shape()) {
            assert!(known.is_none_or(|k| k == n));
        }
    }
}

#[test]
fn listening_and_identity_edits_change_nothing_to_the_last_bit() {
    let (network, x, _) = little();
    let plain = bits(&run(&network, &x, &mut Trace::none()));
    let mut first = Trace::new().record("**");
    assert_eq!(bits(&run(&network, &x, &mut first)), plain);
    let part = Select::positions([-1]).and(Select::units([1, 0]));
    for info in network.sites() {
        let own = first.get(&info.site).unwrap();
        let edits = [
            Edit::Scale(1.0),
            Edit::Replace(own.tensor().clone()),
            Edit::Swap(own.clone()),
            Edit::Swap(own.clone()).at(part.clone()),
            Edit::map(|a| Ok(a.tensor().clone())).at(part.clone()),
            Edit::map(|a| Ok(a.from_rows(&a.rows())?.into_tensor())),
            Edit::Resample(vec![0, 1]),
        ];
        for edit in edits {
            let mut trace = Trace::new().record("**").edit(&info.site, edit.clone()).grad(&info.site);
            assert_eq!(bits(&run(&network, &x, &mut trace)), plain, "{edit:?} at {}", info.site);
        }
    }
}

#[test]
fn a_swapped_site_reproduces_the_other_run_downstream() {
    let (network, x, other) = little();
    let mut source = Trace::new().record("**");
    let there = run(&network, &other, &mut source);
    // All of the stream passes through `resid_post`.
    for l in 0..2 {
        let name = site(&format!("blocks.{l}.resid_post"));
        let mut trace = Trace::new().edit(&name, Edit::Swap(source.get(&name).unwrap().clone())).record("**");
        assert_eq!(bits(&run(&network, &x, &mut trace)), bits(&there));
        for (later, activation) in trace.recorded().filter(|(s, _)| s.layer() > Some(l) || s.name() == "logits") {
            assert_eq!(bits(activation.tensor()), bits(source.get(later).unwrap().tensor()), "{later}");
        }
    }
    // One example of the batch only: the other stays what it was.
    let name = site("blocks.0.resid_post");
    let swap = Edit::Swap(source.get(&name).unwrap().clone()).at(Select::rows([1]));
    let mixed = run(&network, &x, &mut Trace::new().edit(&name, swap));
    assert_eq!(bits(&mixed.get(0)), bits(&run(&network, &x, &mut Trace::none()).get(0)));
    assert_eq!(bits(&mixed.get(1)), bits(&there.get(1)));
}

#[test]
fn edits_do_what_they_say() {
    let (network, x, _) = little();
    let name = site("blocks.0.attn.z");
    let edited = |edit: Edit| {
        let mut trace = Trace::new().edit(&name, edit).record(&name);
        run(&network, &x, &mut trace);
        trace.get(&name).unwrap().clone()
    };
    let z = edited(Edit::Scale(1.0)); // [2, 4, 2, 3]
    let close = |a: &Activation, b: &Tensor| assert!(a.tensor().is_close(b, 1e-12, 0.0), "{} {b}", a.tensor());
    let steer = Tensor::from([1.0f32, 0.0, -1.0]);
    close(&edited(Edit::Add(steer.clone())), &(z.tensor() + steer.to(DType::F64)));
    close(&edited(Edit::Scale(-2.0)), &(z.tensor() * -2.0));
    close(&edited(Edit::Zero), &z.tensor().zeros_like());
    close(&edited(Edit::Mean(steer.clone())), &steer.to(DType::F64).expand([2, 4, 2, 3]));
    close(&edited(Edit::BatchMean), &z.tensor().mean_axis(0, true).expand([2, 4, 2, 3]));
    close(&edited(Edit::Resample(vec![1, 1])), &z.tensor().index_select(0, &Tensor::from([1i64, 1])));
    let order = Rng::new(9).permutation(2);
    close(&edited(Edit::Shuffle(9)), &z.tensor().index_select(0, &order));
    // Onto and out of a plane: parts add up, and what is left has nothing in the plane.
    let plane = Tensor::from([[1.0f64, 1.0, 0.0], [0.0, 1.0, 1.0]]);
    let (onto, out) = (edited(Edit::onto(&plane).unwrap()), edited(Edit::out_of(&plane).unwrap()));
    close(&onto, &(z.tensor() - out.tensor()));
    assert!(out.rows().matmul(&plane.t()).abs().max().item() < 1e-12);
    assert!(onto.tensor().abs().max().item() > 0.1);
    // One head, named in the pattern.
    let mut trace = Trace::new().edit("blocks.*.attn.z[1]", Edit::Zero).record("blocks.0.attn.z").record("**.z[0]");
    run(&network, &x, &mut trace);
    let both = trace.get(&name).unwrap();
    assert_eq!(both.tensor().get((.., .., 1)).abs().max().item(), 0.0);
    assert_eq!(bits(&both.tensor().get((.., .., 0..1))), bits(trace.get(&name.with_head(0)).unwrap().tensor()));
    assert_eq!(bits(&both.tensor().get((.., .., 0))), bits(&z.tensor().get((.., .., 0))));
    assert!(trace.get(&name.with_head(1)).is_none());
}

#[test]
fn gradients_of_all_sites_come_in_one_pass_and_agree_with_differences() {
    let (network, x, _) = little();
    let patterns = ["embed", "blocks.*.attn.z", "blocks.0.attn.z[1]", "blocks.1.resid_post", "logits"];
    let mut trace = patterns.iter().fold(Trace::new(), |t, &p| t.grad(p));
    let loss = run(&network, &x, &mut trace).square().sum();
    let gradients = trace.gradients(&loss).unwrap();
    assert_eq!(gradients.len(), 6);
    let h = 1e-5;
    for (at, gradient) in &gradients {
        let value = |add: &Tensor| {
            let mut trace = Trace::new().edit(at, Edit::Add(add.clone()));
            no_grad(|| run(&network, &x, &mut trace).square().sum().item())
        };
        let n = gradient.tensor().len();
        for i in [0, n / 2, n - 1] {
            let mut one = vec![0.0; n];
            one[i] = h;
            let one = Tensor::new(one, gradient.shape()).unwrap();
            let slope = (value(&one) - value(&-&one)) / (2.0 * h);
            let found = gradient.tensor().to_vec::<f64>()[i];
            assert!((slope - found).abs() < 1e-6 * (1.0 + slope.abs()), "{at}[{i}]: {slope} {found}");
        }
    }
    // Edits are differentiable: what flows into a scaled site is scaled, what comes out of it is not.
    let mut trace = Trace::new().edit("blocks.0.resid_post", Edit::Scale(0.0)).grad("blocks.0.**").grad("embed");
    let loss = run(&network, &x, &mut trace).sum();
    let of = |g: &[(Site, Activation)], s: &str| {
        g.iter().find(|(at, _)| *at == site(s)).unwrap().1.tensor().abs().max().item()
    };
    let g = trace.gradients(&loss).unwrap();
    assert_eq!((of(&g, "embed"), of(&g, "blocks.0.attn.z")), (0.0, 0.0));
    assert!(of(&g, "blocks.0.resid_post") > 0.0);
}

#[test]
fn mistakes_are_found_before_the_pass() {
    let (network, x, _) = little();
    let sites = network.sites();
    let error = |t: Trace| t.check(&sites).unwrap_err().to_string();
    let said = error(Trace::new().record("blocks.0.resid_pots"));
    assert!(said.contains("blocks.0.resid_post"), "{said}");
    assert!(error(Trace::new().record("blocks.{")).contains("brace"));
    assert!(error(Trace::new().record("blocks.0.attn.z[2]")).contains("blocks.0.attn.z"));
    assert!(error(Trace::new().record("logits[0]")).contains("Head"));
    let wide = Tensor::zeros([7], DType::F32);
    let said = error(Trace::new().edit("embed", Edit::Add(wide.clone())));
    assert!(said.contains("embed") && said.contains("[7]") && said.contains("[0, 0, 6]"), "{said}");
    assert!(error(Trace::new().edit("embed", Edit::Mean(wide.clone()))).contains("[7]"));
    assert!(error(Trace::new().edit("embed", Edit::Zero.at(Select::units([6])))).contains("0..6"));
    Trace::new().edit("embed", Edit::Zero.at(Select::units([5]).and(Select::rows([100])))).check(&sites).unwrap();
    // What only the pass can know is an error of the pass, with the site and both shapes.
    let mut trace = Trace::new().edit("embed", Edit::Replace(Tensor::zeros([3, 4, 6], DType::F64)));
    trace.check(&sites).unwrap();
    let said = network.forward(std::slice::from_ref(&x), &mut trace).unwrap_err().to_string();
    assert!(said.contains("embed") && said.contains("[3, 4, 6]") && said.contains("[2, 4, 6]"), "{said}");
    let mut trace = Trace::new().record("nothing.{");
    assert!(matches!(network.forward(std::slice::from_ref(&x), &mut trace), Err(Error::Pattern { .. })));
    let mut trace = Trace::new().record("nothing").record("logits");
    run(&network, &x, &mut trace);
    assert_eq!(trace.unmatched().iter().map(|p| p.to_string()).collect::<Vec<_>>(), ["nothing"]);
    assert!(Edit::onto(&Tensor::from([[1.0f64, 1.0], [2.0, 2.0]])).is_err());
    assert!(Edit::onto(&Tensor::from([[0.0f64, 0.0]])).is_err());
}

#[test]
fn gradients_that_cannot_be_are_errors() {
    let (network, x, _) = little();
    let mut trace = Trace::new().grad("embed");
    let y = no_grad(|| run(&network, &x, &mut trace));
    assert!(matches!(trace.gradients(&y.sum()), Err(Error::Gradient(_))));
    let y = run(&network, &x, &mut trace);
    assert!(matches!(trace.gradients(&y), Err(Error::Gradient(_))));
    assert!(matches!(Trace::none().gradients(&y.sum()), Err(Error::Gradient(_))));
}
