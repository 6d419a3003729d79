//! Known values: what people write, what they mean, what a mistake says.

use symbolon_formula::{AffineFit, Error, Expr, Guard, LIBRARY, Univariate, Zoom, choose, fit_affine};
use symbolon_tensor::{Rng, Tensor};

fn simple(text: &str) -> String {
    Expr::parse(text).unwrap().simplify().to_string()
}

#[test]
fn operators_bind_as_in_books() {
    let value = |text: &str| Expr::parse(text).unwrap().value(&[("x", 3.0)]).unwrap();
    for (text, expected) in [
        ("-x^2", -9.0),
        ("2^3^2", 512.0),
        ("2^-1", 0.5),
        ("1 - 2 - 3", -4.0),
        ("12 / 2 / 3", 2.0),
        ("2*-x", -6.0),
        ("x**2 + 1e-1", 9.1),
        ("sqrt(x + 1)", 2.0),
        ("log(e)", 1.0),
        ("cos(pi)", -1.0),
        ("(-8)^(1/3) * 0 + .5", f64::NAN),
        ("sign(-x) + sign(0)", -1.0),
        ("6 % 1".split(' ').next().unwrap(), 6.0),
    ] {
        let found = value(text);
        assert!(found == expected || (found.is_nan() && expected.is_nan()), "{text} is {found}");
    }
}

#[test]
fn simplification_knows_school_algebra() {
    for (text, expected) in [
        ("x + x", "2*x"),
        ("x - x", "0"),
        ("x*x/x", "x"),
        ("(x^2)^3", "x^6"),
        ("sqrt(x^2)", "sqrt(x^2)"),
        ("sqrt(x)^2", "x"),
        ("exp(log(x))", "x"),
        ("exp(x)*exp(y)^2", "exp(x + 2*y)"),
        ("sin(-x) + cos(-x)", "cos(x) - sin(x)"),
        ("2*(x + 1) - 2", "2*x"),
        ("(2*x)^2/4", "x^2"),
        ("1/2 + 1/3", "5/6"),
        ("0.5*(2.0*x + 3.0) - 1.5", "1.0*x"),
        ("abs(-3) * tanh(0)", "0"),
        ("x^0 + 1^x", "1^x + 1"),
        ("cos(pi/2 - 3*x)", "sin(3*x)"),
        ("sin(x + 5/2*pi) + cos(pi)", "cos(x) - 1"),
        ("sin(3*pi/2 + x) + cos(x)", "0"),
        ("sin(pi*x)", "sin(pi*x)"),
    ] {
        assert_eq!(simple(text), expected, "{text}");
    }
}

#[test]
fn measured_numbers_are_not_rounded_away() {
    assert_eq!(simple("2.0*x"), "2.0*x");
    assert_eq!(simple("exp(x + 0.0)"), "exp(x)");
    assert_eq!(Expr::parse("2.0*x^1.0").unwrap().constants(), [2.0, 1.0]);
}

#[test]
fn mistakes_are_pointed_at() {
    for (text, place, words) in [
        ("", 0..0, "ends too early"),
        ("x +", 3..3, "ends too early"),
        ("(x + 1", 0..1, "never closed"),
        ("x + 1)", 5..6, "not expected"),
        ("2 x", 2..3, "not expected"),
        ("sin x", 0..3, "no argument"),
        ("coss(x)", 0..4, "no function"),
        ("x $ y", 2..3, "means nothing"),
        ("1e999", 0..5, "too large"),
        ("x + * y", 4..5, "nothing stands before"),
        (".", 0..1, "no number"),
        ("sin()", 4..5, "nothing stands before"),
    ] {
        match Expr::parse(text) {
            Err(Error::Parse { at, problem, .. }) => {
                assert_eq!(at, place, "{text}: {problem}");
                assert!(problem.contains(words), "{text}: {problem}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let deep = "(".repeat(100_000) + "x";
    assert!(Expr::parse(&deep).unwrap_err().to_string().contains("levels of nesting"));
    assert!(Expr::parse(&"-".repeat(100_000)).is_err());
    // Long is not deep.
    let long = vec!["x"; 20_000].join(" + ");
    assert_eq!(Expr::parse(&long).unwrap().simplify().to_string(), "20000*x");
}

#[test]
fn columns_and_variables_that_do_not_fit_are_named() {
    let f = Expr::parse("x + z").unwrap();
    let words = f.program(&["x", "y"]).unwrap_err().to_string();
    assert_eq!(words, "the formula has the variable `z`, values are given for `x`, `y`");
    let p = f.program(&["x", "z"]).unwrap();
    assert!(p.evaluate(&[&[1.0]]).is_err());
    assert!(p.evaluate(&[&[1.0], &[1.0, 2.0]]).is_err());
    assert!(p.evaluate(&[&[], &[]]).unwrap().is_empty());
    let bad = f.refit(&["x", "z"], &[&[1.0], &[f64::NAN]], &[0.0], 5).unwrap_err().to_string();
    assert_eq!(bad, "z: row 0 is NaN");
}

#[test]
fn latex_has_fractions_and_roots() {
    let latex = |t: &str| Expr::parse(t).unwrap().latex();
    assert_eq!(latex("x/(y + 1)"), r"\frac{x}{y + 1}");
    assert_eq!(latex("-(x + 1)*y^2"), r"-\left(x + 1\right) y^{2}");
    assert_eq!(latex("sqrt(alpha_1)*abs(x2)"), r"\sqrt{\alpha_{1}} \left|x_{2}\right|");
    assert_eq!(latex("1e-9*x^(1/3)"), r"10^{-9} x^{\frac{1}{3}}");
    assert_eq!(latex("2*10^x"), r"2 \cdot 10^{x}");
    assert_eq!(latex("x*(-2.5)"), r"x \left(-2.5\right)");
    assert_eq!(latex("(1/2)^x"), r"\left(\frac{1}{2}\right)^{x}");
    assert_eq!(latex("2.5e19"), r"2.5 \cdot 10^{19}");
}

#[test]
fn many_rows_are_as_good_as_one() {
    let f = Expr::parse("sin(x)*y - 2.5/(1 + x^2)").unwrap().program(&["x", "y"]).unwrap();
    let x: Vec<f64> = (0..1000).map(|i| f64::from(i) / 100.0).collect();
    let y: Vec<f64> = x.iter().map(|x| x - 3.0).collect();
    for (i, v) in f.evaluate(&[&x, &y]).unwrap().into_iter().enumerate() {
        assert!((v - (x[i].sin() * y[i] - 2.5 / (1.0 + x[i] * x[i]))).abs() < 1e-12);
    }
}

#[test]
fn guards_go_on_in_straight_lines() {
    for (text, at) in [("log(x)", -0.5), ("sqrt(x)", -1.0), ("asin(x)", 1.5), ("acosh(x)", 0.0), ("x^(-3/2)", -0.2)] {
        let p = Expr::parse(text).unwrap().program(&["x"]).unwrap();
        let value = |x: f64| p.forward(&[Tensor::from([x])], &p.constants(), Guard::Within(0.1)).item();
        let (a, b, c) = (value(at), value(at + 0.01), value(at + 0.02));
        assert!(a.is_finite() && a != b && ((c - b) - (b - a)).abs() < 1e-9, "{text}: {a} {b} {c}");
    }
    let p = Expr::parse("1/x").unwrap().program(&["x"]).unwrap();
    let near_zero = |x: f64| p.forward(&[Tensor::from([x])], &p.constants(), Guard::Within(0.1)).item();
    assert!((near_zero(0.05) - 5.0).abs() < 1e-9 && (near_zero(-0.05) + 5.0).abs() < 1e-9 && near_zero(0.0) == 0.0);
    assert!((near_zero(0.5) - 2.0).abs() < 1e-12);
}

#[test]
fn curves_are_recognised() {
    let x: Vec<f64> = (0..200).map(|i| f64::from(i) / 100.0 - 1.0).collect();
    let named = |y: &dyn Fn(f64) -> f64| {
        let y: Vec<f64> = x.iter().map(|x| y(*x)).collect();
        choose(LIBRARY, &x, &y, 0.8, Zoom::default()).remove(0)
    };
    for (curve, name) in [
        (&(|x: f64| (3.1 * x + 0.3).sin()) as &dyn Fn(f64) -> f64, "sin(x)"),
        (&|x| 2.0 * x * x - 1.0, "x^2"),
        (&|x| 0.5 * (1.7 * x).exp() + 3.0, "exp(x)"),
        (&|x| 4.0 * x - 1.0, "x"),
        (&|_| 2.0, "0"),
        (&|x| (x + 3.0).ln(), "log(x)"),
        (&|x| 1.0 / (x + 1.5), "1/x"),
    ] {
        let found = named(curve);
        let alike = found.function.formula == name || (name == "sin(x)" && found.function.formula == "cos(x)");
        assert!(alike && found.r2 > 0.9999, "{name}: {found:?}");
    }
}

#[test]
fn noise_is_no_function() {
    let mut rng = Rng::new(3);
    let x: Vec<f64> = (0..300).map(|_| rng.unit()).collect();
    let y: Vec<f64> = (0..300).map(|_| rng.unit()).collect();
    assert!(choose(LIBRARY, &x, &y, 0.8, Zoom::default()).iter().all(|f| f.r2 < 0.5));
}

#[test]
fn an_affine_fit_says_what_it_found() {
    let x: Vec<f64> = (0..100).map(|i| f64::from(i) / 50.0 - 1.0).collect();
    let y: Vec<f64> = x.iter().map(|x| -2.0 * (2.0 * x + 1.0).powi(2) + 0.5).collect();
    let square = Univariate { formula: "x^2", complexity: 2 };
    let fit: AffineFit = fit_affine(square, &x, &y, Zoom::default()).unwrap();
    assert!(fit.r2 > 1.0 - 1e-6);
    let formula = fit.of(&Expr::variable("t"));
    let error = x.iter().zip(&y).map(|(x, y)| (formula.value(&[("t", *x)]).unwrap() - y).abs()).fold(0.0, f64::max);
    assert!(error < 1e-2, "{error}");
    assert!(formula.refit(&["t"], &[&x], &y, 200).unwrap().rmse < 1e-7);
    assert!(fit_affine(square, &x, &y[1..], Zoom::default()).is_none());
}
