//! Laws that hold for every formula: printing and reading, derivatives, simplification, tensors.

use proptest::prelude::*;
use symbolon_formula::{Expr, Function, Guard, Rational};
use symbolon_tensor::Tensor;

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        (-9i64..10).prop_map(Expr::whole),
        (-9i64..10, 2i64..5).prop_map(|(n, d)| Expr::Exact(Rational::new(n, d).unwrap())),
        (-40i32..40).prop_map(|n| Expr::real(f64::from(n) / 16.0)),
        Just(Expr::Pi),
        prop_oneof![Just("x"), Just("y"), Just("theta_1")].prop_map(Expr::variable),
    ]
}

/// Any formula that the constructors can make.
fn formula() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::sum),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::product),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.power(b)),
            (inner.clone(), -3i64..4).prop_map(|(a, n)| a.power(Expr::whole(n))),
            inner.clone().prop_map(Expr::sqrt),
            inner.clone().prop_map(|e| -e),
            inner.clone().prop_map(Expr::recip),
            (inner, prop::sample::select(Function::ALL)).prop_map(|(x, f)| Expr::apply(f, x)),
        ]
    })
}

const NAMES: [&str; 3] = ["x", "y", "theta_1"];

fn value(e: &Expr, at: [f64; 3]) -> f64 {
    e.program(&NAMES).unwrap().evaluate(&[&[at[0]], &[at[1]], &[at[2]]]).unwrap()[0]
}

fn point() -> impl Strategy<Value = [f64; 3]> {
    [-3.0..3.0f64, -3.0..3.0f64, -3.0..3.0f64]
}

/// Equal but for rounding, which grows with the numbers on the way.
fn near(a: f64, b: f64, by: f64) -> bool {
    a == b || (a - b).abs() <= by * (1.0 + a.abs().max(b.abs()))
}

/// How large the numbers become on the way: where they are huge, small differences drown.
fn tame(e: &Expr, at: [f64; 3]) -> bool {
    let v = value(e, at);
    v.is_finite() && v.abs() < 1e6 && e.parts().into_iter().all(|p| tame(p, at)) && !fragile(e, at)
}

/// No base below nought has a changing exponent. A power of it is real at whole exponents only, so its derivative
/// along the exponent does not exist, whatever the exponent's own derivative is.
fn smooth_powers(e: &Expr, at: [f64; 3]) -> bool {
    let smooth = match e {
        Expr::Power(base, exponent) => exponent.variables().is_empty() || value(base, at) > 0.0,
        _ => true,
    };
    smooth && e.parts().into_iter().all(|p| smooth_powers(p, at))
}

/// Close to a jump or a pole, where rounding decides.
fn fragile(e: &Expr, at: [f64; 3]) -> bool {
    match e {
        Expr::Apply(Function::Sign | Function::Abs, x) => value(x, at).abs() < 1e-3,
        Expr::Apply(Function::Tan, x) => value(x, at).cos().abs() < 1e-2,
        Expr::Apply(f, x) => f.domain().iter().any(|end| (value(x, at) - end).abs() < 1e-2),
        Expr::Power(base, _) => value(base, at).abs() < 1e-2,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back(e in formula()) {
        let text = e.to_string();
        prop_assert_eq!(Expr::parse(&text).unwrap(), e, "{}", text);
    }

    #[test]
    fn any_text_is_read_or_pointed_at(text in "[-+*/^() .0-9a-z\\néπ_]{0,40}") {
        if let Err(e) = Expr::parse(&text) {
            prop_assert!(e.to_string().contains('^'));
        }
    }

    #[test]
    fn simplifying_keeps_values(e in formula(), at in point()) {
        prop_assume!(tame(&e, at));
        let simple = e.simplify();
        prop_assert!(near(value(&e, at), value(&simple, at), 1e-6), "{e} = {}, {simple} = {}", value(&e, at), value(&simple, at));
        prop_assert_eq!(simple.simplify(), simple, "of {}", e);
    }

    #[test]
    fn derivatives_are_those_of_differences(e in formula(), at in point()) {
        prop_assume!(tame(&e, at) && smooth_powers(&e, at));
        let d = e.derivative("x");
        let slope = value(&d, at);
        // Two steps tell where the difference itself can be trusted.
        let difference = |h: f64| {
            let moved = |by: f64| value(&e, [at[0] + by, at[1], at[2]]);
            (moved(h) - moved(-h)) / (2.0 * h)
        };
        let (a, b) = (difference(1e-4), difference(5e-5));
        prop_assume!(a.is_finite() && near(a, b, 1e-6) && a.abs() < 1e4);
        prop_assert!(near(slope, b, 1e-4), "d/dx {e} = {d} = {slope}, by differences {b}");
        prop_assert!(near(value(&d.simplify(), at), slope, 1e-6), "{d} and {}", d.simplify());
    }

    #[test]
    fn tensors_agree_with_columns_and_with_derivatives(e in formula(), at in point()) {
        prop_assume!(tame(&e, at) && smooth_powers(&e, at) && tame(&e.derivative("x"), at));
        let program = e.program(&NAMES).unwrap();
        let inputs: Vec<Tensor> = at.iter().map(|x| Tensor::from([*x]).variable()).collect();
        for guard in [Guard::None, Guard::Within(1e-4)] {
            let y = program.forward(&inputs, &program.constants(), guard);
            prop_assert!(near(y.item(), value(&e, at), 1e-9), "{e}: {} and {}", y.item(), value(&e, at));
            if y.is_recorded() {
                let slope = y.sum().grad(&[&inputs[0]])[0].item();
                prop_assert!(near(slope, value(&e.derivative("x"), at), 1e-6), "{e}: {slope}");
            }
        }
    }

    #[test]
    fn constants_go_out_and_come_back(e in formula()) {
        let numbers = e.constants();
        prop_assert_eq!(&e.with_constants(&numbers), &e);
        let others: Vec<f64> = numbers.iter().map(|x| x + 0.5).collect();
        prop_assert_eq!(e.with_constants(&others).constants(), others);
    }
}
