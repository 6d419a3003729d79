//! Waves are read as they were written, and the closed forms hold where they can be computed.

use std::f64::consts::PI;
use symbolon_net::Network;
use symbolon_read::fourier::{
    Neuron, TwoLayers, Waves, against_indicator, groups, indicator, loud, median_misalignment, neurons, strengths,
    winner, wrapped, written,
};
use symbolon_read::integrate;
use symbolon_tensor::{DType, Rng, Tensor};

const P: usize = 11;

fn some(n: usize, seed: u64) -> Vec<Neuron> {
    let mut rng = Rng::new(seed);
    let angle = |rng: &mut Rng| wrapped(2.0 * PI * rng.unit());
    (0..n)
        .map(|_| Neuron {
            frequency: 1 + rng.below(5),
            alpha: 0.5 + rng.unit(),
            phi: angle(&mut rng),
            beta: 0.5 + rng.unit(),
            psi: angle(&mut rng),
        })
        .collect()
}

#[test]
fn neurons_are_read_as_they_were_written() {
    let all = some(30, 1);
    let [input, output] = written(&all, P);
    for (a, b) in all.iter().zip(neurons(&input, &output).unwrap()) {
        assert_eq!(a.frequency, b.frequency);
        for (x, y) in
            [(a.alpha, b.alpha), (a.beta, b.beta), (wrapped(a.phi - b.phi), 0.0), (wrapped(a.psi - b.psi), 0.0)]
        {
            assert!((x - y).abs() < 1e-5, "{a:?} {b:?}");
        }
    }
    assert!((Waves::of(&input).unwrap().mean_concentration() - 1.0).abs() < 1e-5);
    let noise = Rng::new(2).normal([4000, P], DType::F64);
    // Squares of amplitudes of noise are exponential: 2 K / (K (K + 1)) for K frequencies.
    assert!((Waves::of(&noise).unwrap().mean_concentration() - 2.0 / 6.0).abs() < 0.01);
    assert!(Waves::of(&Tensor::ones([3, 4], DType::F32)).is_err());
    assert!(neurons(&input, &output.narrow(0, ..2)).is_err());
}

#[test]
fn the_indicator_is_two_peaks_beside_the_answer() {
    let one = [1.0; (P - 1) / 2];
    for (x, y) in [(2, 7), (3, 3), (0, 10)] {
        for j in 0..P {
            let at = |n: usize| if j == n % P { 1.0 } else { 0.0 };
            let p = P as f64;
            let closed = -1.0 + p / 2.0 * at(x + y) + p / 4.0 * at(2 * x) + p / 4.0 * at(2 * y);
            assert!((indicator(P, &one, x, y, j) - closed).abs() < 1e-9, "{x} {y} {j}");
        }
    }
}

/// Each frequency with seven evenly spread phases and ψ = 2 φ.
fn even() -> Vec<Neuron> {
    let phase = |frequency: usize, i: usize| {
        let phi = 2.0 * PI * i as f64 / 7.0;
        Neuron { frequency, alpha: 1.0, phi, beta: 1.0, psi: wrapped(2.0 * phi) }
    };
    (1..=5).flat_map(|frequency| (0..7).map(move |i| phase(frequency, i))).collect()
}

#[test]
fn squared_neurons_with_even_phases_are_the_indicator() {
    let all = even();
    assert!(groups(&all).iter().all(|g| g.neurons == 7 && g.means.iter().all(|m| *m < 1e-9)));
    let [input, output] = written(&all, P);
    for (x, y) in [(1, 4), (6, 6), (9, 8)] {
        let heard = input.get((.., x as isize)) + input.get((.., y as isize));
        let logits = heard.square().unsqueeze(0).matmul(&output).to_vec::<f64>();
        let closed: Vec<f64> = (0..P).map(|j| indicator(P, &[1.0; 5], x, y, j)).collect();
        let right = (x + y) % P;
        let scale = logits[right] / closed[right];
        assert!(scale > 0.0);
        logits.iter().zip(&closed).for_each(|(l, c)| assert!((l - scale * c).abs() < 1e-3 * scale, "{l} {c}"));
    }
}

#[test]
fn the_race_is_that_of_amplitudes_and_angles() {
    // The same flow in amplitudes and misalignment.
    let time = |(alpha, phi): (f64, f64), (beta, psi): (f64, f64)| {
        let slope = |[a, b, d]: [f64; 3]| [2.0 * a * b * d.cos(), a * a * d.cos(), -(4.0 * b + a * a / b) * d.sin()];
        let end = 1e3 * alpha.hypot(beta);
        let step = |[a, b, _]: &[f64; 3]| 0.002 / a.hypot(*b);
        integrate([alpha, beta, wrapped(2.0 * phi - psi)], 0.0, slope, step, |[a, b, _]| a.hypot(*b) < end).1
    };
    for seed in 0..20 {
        let waves: Vec<_> = some(5, seed).iter().map(|n| ((n.alpha, n.phi), (n.beta, n.psi))).collect();
        let (input, output): (Vec<_>, Vec<_>) = waves.iter().copied().unzip();
        let times: Vec<f64> = waves.iter().map(|(u, v)| time(*u, *v)).collect();
        let best = 1 + (0..5).min_by(|a, b| times[*a].total_cmp(&times[*b])).unwrap();
        assert_eq!(winner(&input, &output), best, "{times:?}");
    }
}

#[test]
fn two_layers_are_read_changed_and_compared() {
    let pairs: Vec<[usize; 2]> = (0..P).flat_map(|x| (x..P).map(move |y| [x, y])).collect();
    let inputs = Tensor::stack(
        &pairs
            .iter()
            .map(|[x, y]| Tensor::from([*x as i64, *y as i64]).one_hot(P, DType::F32).sum_axis(0, false))
            .collect::<Vec<_>>()
            .iter()
            .collect::<Vec<_>>(),
        0,
    );
    let [input, output] = written(&even(), P);
    let net = TwoLayers { input: input.t(), output, square: true };
    let against = |net: &TwoLayers| {
        let strong = strengths(&groups(&net.neurons().unwrap()), P);
        against_indicator(&net.answer(&inputs).unwrap(), &pairs, &strong).unwrap()
    };
    // All frequencies alike: a peak of p/2 at the answer, two of p/4 beside it.
    let found = against(&net);
    assert!((found.r2 - 1.0).abs() < 1e-6 && (found.side - 0.5).abs() < 1e-4, "{found:?}");
    assert!(median_misalignment(&net.neurons().unwrap()) < 1e-5 && net.concentration().unwrap() > 0.999);
    // Neurons of a quarter turn say nothing of the kind.
    let turned = net.rewritten(|m| Neuron { psi: m.psi + PI / 2.0, ..m }).unwrap();
    assert!(against(&turned).r2 < 0.05, "{:?}", against(&turned));
    assert!(net.rewritten(|m| m).unwrap().answer(&inputs).unwrap().is_close(&net.answer(&inputs).unwrap(), 1e-4, 1e-3));
    let quiet = net.rewritten(|m| Neuron { alpha: if m.frequency < 4 { m.alpha } else { 0.01 }, ..m }).unwrap();
    assert_eq!(loud(&quiet.neurons().unwrap(), 0.1).len(), 3 * 7);
    let left = net.silenced(|net| Ok(net.answer(&inputs)?.abs().max().item())).unwrap();
    assert_eq!((left.len(), left[5]), (6, 0.0));
    assert!(left.windows(2).all(|w| w[1] < w[0]), "{left:?}");
    // The race of a neuron's own start, and of its neighbour's.
    let random = TwoLayers::new(P, 20, true, &mut Rng::new(3));
    let (own, next) = (random.winners(0).unwrap(), random.winners(1).unwrap());
    assert_eq!((&own[1..], own[0]), (&next[..19], next[19]));
    // Neurons that became what the race names.
    let mut fixed: Vec<usize> = own.clone();
    let end = |k: &[usize]| {
        let wave = |f: &usize| Neuron { frequency: *f, alpha: 1.0, phi: 0.0, beta: 1.0, psi: 0.0 };
        let [input, output] = written(&k.iter().map(wave).collect::<Vec<_>>(), P);
        TwoLayers { input: input.t(), output, square: true }
    };
    assert_eq!(random.foretells(&end(&fixed), 0).unwrap(), 1.0);
    fixed[7] = 1 + own[7] % 5;
    assert_eq!(random.foretells(&end(&fixed), 0).unwrap(), 0.95);
    assert!(random.foretells(&end(&fixed[1..]), 0).is_err());
    assert!(against_indicator(&inputs, &pairs[1..], &[1.0; 5]).is_err());
    assert!(net.answer(&inputs.narrow(1, ..4)).is_err());
}
