//! Optimisers find what they look for; projections land where they say.

use symbolon_tensor::optim::{Adam, Average, Lbfgs, Optimiser, Schedule, Sgd, Why, clip_norm, clip_value, project};
use symbolon_tensor::{DType, Rng, Tensor};

#[test]
fn every_optimiser_goes_downhill() {
    let mut all: Vec<(&str, Box<dyn Optimiser>)> = vec![
        ("sgd", Box::new(Sgd::new(0.05))),
        ("momentum", Box::new(Sgd::new(0.02).with_momentum(0.9))),
        ("nesterov", Box::new(Sgd::new(0.02).with_nesterov(0.9))),
        ("adam", Box::new(Adam::new(0.1))),
    ];
    let scale = Tensor::from([1.0f64, 5.0, 10.0]);
    for (name, opt) in &mut all {
        let mut w = Tensor::from([3.0f64, -2.0, 1.0]).variable();
        for _ in 0..500 {
            let g = (w.square() * &scale * 0.5).sum().grad(&[&w]);
            opt.step(&mut [&mut w], &g);
        }
        assert!(w.norm(2.0, &[], false).item() < 1e-3, "{name}: {w}");
    }
}

#[test]
fn adam_is_the_published_one() {
    // Two steps by hand: m, v, corrections, ε inside the quotient.
    let mut w = Tensor::from([1.0f64]).variable();
    let mut adam = Adam::new(0.1).with_decay(0.5);
    let (mut want, mut m, mut v) = (1.0f64, 0.0, 0.0);
    for (t, g) in [(1, 0.5f64), (2, -0.25)] {
        adam.step(&mut [&mut w], &[Tensor::from([g])]);
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        let (mh, vh) = (m / (1.0 - 0.9f64.powi(t)), v / (1.0 - 0.999f64.powi(t)));
        want = want * (1.0 - 0.1 * 0.5) - 0.1 * mh / (vh.sqrt() + 1e-8);
        assert!((w.item() - want).abs() < 1e-12);
    }
}

#[test]
fn groups_and_factors_change_rates() {
    let (mut a, mut b) = (Tensor::from([1.0f64]).variable(), Tensor::from([1.0f64]).variable());
    let mut sgd = Sgd::new(0.1).group(1..2, 1.0, 0.5);
    sgd.set_factor(0.5);
    sgd.step(&mut [&mut a, &mut b], &[Tensor::from([1.0f64]), Tensor::from([1.0f64])]);
    assert!((a.item() - 0.95).abs() < 1e-12 && (b.item() - 0.25).abs() < 1e-12);
}

#[test]
fn schedules() {
    assert_eq!(Schedule::Constant.at(7), 1.0);
    assert_eq!(Schedule::Step { every: 10, by: 0.5 }.at(25), 0.25);
    assert!((Schedule::Linear { total: 10, floor: 0.2 }.at(5) - 0.6).abs() < 1e-12);
    let cosine = Schedule::Cosine { total: 10, floor: 0.0 };
    assert!((cosine.at(5) - 0.5).abs() < 1e-12 && cosine.at(99) == 0.0);
}

#[test]
fn clipping() {
    let mut g = vec![Tensor::from([3.0f64]), Tensor::from([4.0f64])];
    assert_eq!(clip_norm(&mut g, 1.0), 5.0);
    assert!((g[1].item() - 0.8).abs() < 1e-12);
    assert_eq!(clip_norm(&mut g, 10.0), 1.0);
    clip_value(&mut g, 0.7);
    assert_eq!(g[1].item(), 0.7);
}

#[test]
fn averages_follow() {
    let mut average = Average::new(0.75);
    for v in [1.0f64, 5.0] {
        average.add(&[&Tensor::from([v])]);
    }
    assert_eq!(average.values()[0].item(), 2.0);
    let mut other = Average::new(0.75);
    other.restore(&average.state());
    assert_eq!(other.values()[0].item(), 2.0);
}

#[test]
fn projections_land_where_they_say() {
    let mut rng = Rng::new(1);
    let x = rng.normal([4, 6], DType::F64);
    let simplex = project::simplex(&x);
    assert!(
        simplex.sum_axis(-1, false).is_close(&Tensor::ones([4], DType::F64), 1e-12, 0.0) && simplex.min().item() >= 0.0
    );
    assert!(project::simplex(&simplex).is_close(&simplex, 1e-12, 0.0), "points of the simplex stay");
    // The nearest point: no other point of the simplex is closer.
    for _ in 0..50 {
        let other = rng.uniform([4, 6], 0.0, 1.0, DType::F64);
        let other = &other / other.sum_axis(-1, true);
        let far = |y: &Tensor| (&x - y).square().sum_axis(-1, false);
        assert!((far(&other) - far(&simplex)).min().item() >= 0.0);
    }
    let q = project::orthonormal(&x).unwrap();
    assert!(q.matmul(&q.t()).is_close(&Tensor::eye(4, DType::F64), 1e-12, 0.0));
    assert!(project::unit_rows(&x).norm(2.0, &[-1], false).is_close(&Tensor::ones([4], DType::F64), 1e-12, 0.0));
    let sparse = project::sparse_rows(&x, 2);
    assert_eq!(sparse.ne_scalar(0.0).to(DType::I64).sum_axis(-1, false).to_vec::<i64>(), [2; 4]);
    let mut w = x.variable();
    w.update(project::non_negative);
    assert!(w.min().item() >= 0.0 && w.is_recorded());
}

#[test]
fn quasi_newton_beats_the_valley() {
    // Rosenbrock's valley in ten dimensions, in both kinds of number.
    let valley = |p: &[Tensor]| {
        let (a, b) = (p[0].narrow(0, ..9), p[0].narrow(0, 1..));
        ((1.0 - &a).square() + (b - a.square()).square() * 100.0).sum()
    };
    let mut x = Tensor::zeros([10], DType::F64).variable();
    let out = Lbfgs::default().minimise(&mut [&mut x], valley);
    assert_eq!(out.why, Why::Gradient, "{out:?}");
    assert!(x.is_close(&Tensor::ones([10], DType::F64), 1e-6, 0.0) && out.evaluations < 150);
    let mut x = Tensor::zeros([10], DType::F32).variable();
    let out = Lbfgs { gradient: 1e-3, ..Lbfgs::default() }.minimise(&mut [&mut x], valley);
    assert!(out.loss < 1e-4, "{out:?}");
    // A loss that is not a number ends the search.
    let out = Lbfgs::default().minimise(&mut [&mut x], |p| p[0].sum() * f64::NAN);
    assert_eq!(out.why, Why::LineSearch);
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let run = || {
        let mut rng = Rng::new(9);
        let x = rng.normal([64, 32], DType::F32);
        let mut w = rng.normal([32, 32], DType::F32).variable();
        let mut adam = Adam::new(0.01);
        for _ in 0..5 {
            let g = x.matmul(&w).gelu().softmax(-1).square().sum().grad(&[&w]);
            adam.step(&mut [&mut w], &g);
        }
        w.to_bytes()
    };
    assert_eq!(run(), run());
    let mut rng = Rng::new(4);
    rng.next_u64();
    let mut again = Rng::resume(rng.state());
    assert_eq!(rng.normal([3], DType::F64).to_bytes(), again.normal([3], DType::F64).to_bytes());
}
