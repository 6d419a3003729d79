//! Little worlds in which networks are taught: digits, noise, parity, one-hot codes.

use std::collections::HashMap;
use std::time::Duration;

use symbolon_learn::{
    Batch, Error, Example, Norm, Program, Semantics, Target, binary_cross_entropy, negative_log_probability,
};
use symbolon_tensor::optim::{Adam, Optimiser};
use symbolon_tensor::{DType, Rng, Tensor};
use symbolon_theory::Theory;
use symbolon_theory::budget::Budget;

const ADDITION: &str = "
    nn(digit, [X], Y, [0..9]) :: digit(X, Y).
    addition(A, B, S) :- digit(A, X), digit(B, Y), S is X + Y.
    less(A, B) :- digit(A, X), digit(B, Y), X < Y.
    number([], N, N).
    number([H|T], Acc, N) :- digit(H, D), Next is 10 * Acc + D, number(T, Next, N).
    total(Xs, Ys, Z) :- number(Xs, 0, X), number(Ys, 0, Y), Z is X + Y.
";

fn program(text: &str) -> Program {
    Program::new(Theory::parse(text).unwrap_or_else(|e| panic!("{e}")))
}

/// Random log-distributions for all calls of a batch; the same datum always gets the same.
fn outputs(program: &Program, batch: &Batch, dtype: DType) -> Vec<Tensor> {
    let output = |calls: &symbolon_learn::Calls| {
        let width = program.networks()[calls.network].domain.len();
        let rows: Vec<Tensor> = (calls.inputs.iter())
            .map(|inputs| {
                let name: String = inputs.iter().map(|&t| program.show(t)).collect();
                let seed = name.bytes().fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
                Rng::new(seed).normal([1, width], DType::F64)
            })
            .collect();
        Tensor::cat(&rows.iter().collect::<Vec<_>>(), 0).log_softmax(-1).to(dtype)
    };
    batch.calls.iter().map(output).collect()
}

/// The distribution of one datum.
fn digit(program: &Program, batch: &Batch, outputs: &[Tensor], name: &str) -> Vec<f64> {
    let row = batch.calls[0].inputs.iter().position(|i| program.show(i[0]) == name).unwrap();
    outputs[0].get(row).exp().to_vec()
}

fn log_p(program: &mut Program, examples: &[Example], dtype: DType) -> (Vec<f64>, Batch, Vec<Tensor>) {
    let batch = program.batch(examples);
    let outputs = outputs(program, &batch, dtype);
    let params = program.parameters(dtype);
    let y = program.log_probability(&batch, &outputs, &params).unwrap_or_else(|e| panic!("{e}"));
    (y.to_vec(), batch, outputs)
}

#[test]
fn one_shape_for_all_sums_and_one_call_for_each_picture() {
    let mut program = program(ADDITION);
    let texts =
        ["addition(image(a), image(b), 7)", "addition(image(c), image(a), 0)", "addition(image(b), image(c), 18)"];
    let examples: Vec<Example> = texts.iter().map(|t| program.example(t).unwrap()).collect();
    assert_eq!(program.layers().len(), 1);
    assert_eq!(examples[0].layer.answers.len(), 19);
    let (found, batch, outputs) = log_p(&mut program, &examples, DType::F64);
    assert_eq!(batch.calls.len(), 1);
    assert_eq!(batch.calls[0].inputs.len(), 3);
    for (text, found) in [("a b 7", found[0]), ("c a 0", found[1]), ("b c 18", found[2])] {
        let words: Vec<&str> = text.split(' ').collect();
        let [x, y] = [0, 1].map(|i| digit(&program, &batch, &outputs, &format!("image({})", words[i])));
        let sum: usize = words[2].parse().unwrap();
        let expected: f64 = (0..10).filter_map(|i| Some(x[i] * y.get(sum.checked_sub(i)?)?)).sum();
        assert!((found - expected.ln()).abs() < 1e-12, "{text}");
    }
}

#[test]
fn shapes_mix_in_one_batch() {
    let mut program = program(ADDITION);
    let texts = [
        "addition(image(a), image(b), 7)",
        "less(image(a), image(b))",
        "\\+ less(image(b), image(c))",
        "addition(image(c), image(c), 8)",
        "total([image(a), image(b)], [image(c), image(d)], 55)",
        "addition(image(a), image(b), 77)",
        "addition(image(b), image(a), 9)",
    ];
    let examples: Vec<Example> = texts.iter().map(|t| program.example(t).unwrap()).collect();
    assert_eq!(examples[5].target, Target::Impossible);
    let (found, batch, outputs) = log_p(&mut program, &examples, DType::F64);
    assert_eq!(batch.unexplained, [5]);
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|n| digit(&program, &batch, &outputs, &format!("image({n})")));
    let pairs = |x: &[f64], y: &[f64], keep: &dyn Fn(usize, usize) -> bool| -> f64 {
        let all = (0..10).flat_map(|i| (0..10).map(move |j| (i, j)));
        all.filter(|&(i, j)| keep(i, j)).map(|(i, j)| x[i] * y[j]).sum()
    };
    let number = |x: &[f64], y: &[f64]| -> Vec<f64> { (0..100).map(|n| x[n / 10] * y[n % 10]).collect() };
    let (left, right) = (number(&a, &b), number(&c, &d));
    let expected = [
        pairs(&a, &b, &|i, j| i + j == 7),
        pairs(&a, &b, &|i, j| i < j),
        pairs(&b, &c, &|i, j| i >= j),
        // The same picture twice is the same digit twice.
        c[4],
        (0..=55).map(|n| left[n] * right[55 - n]).sum(),
        0.0,
        pairs(&b, &a, &|i, j| i + j == 9),
    ];
    for ((f, e), text) in found.iter().zip(expected).zip(texts) {
        assert!(f.exp() == e || (f - e.ln()).abs() < 1e-11, "{text}: {}, not {e}", f.exp());
    }
    // In the other kind of number.
    for (f, e) in log_p(&mut program, &examples, DType::F32).0.iter().zip(&found) {
        assert!(f == e || (f - e).abs() < 1e-5 * (1.0 + e.abs()));
    }
}

#[test]
fn questions_give_all_answers() {
    let mut program = program(ADDITION);
    let example = program.question("addition(image(a), image(b), S)").unwrap();
    let other = program.question("addition(image(b), image(c), S)").unwrap();
    let batch = program.batch(&[example, other]);
    let outputs = outputs(&program, &batch, DType::F64);
    let params = program.parameters(DType::F64);
    let answers = program.answers(&batch, &outputs, &params).unwrap();
    assert_eq!((answers.len(), answers[0].log_probability.shape()), (1, &[2, 19][..]));
    for total in answers[0].log_probability.exp().sum_axis(-1, false).to_vec::<f64>() {
        assert!((total - 1.0).abs() < 1e-12);
    }
    assert!(matches!(program.log_probability(&batch, &outputs, &params), Err(Error::Example { .. })));
}

const NOISY: &str = "
    nn(digit, [X], Y, [0..2]) :: digit(X, Y).
    t(_) :: noisy.
    1/3 :: any(0); 1/3 :: any(1); 1/3 :: any(2).
    seen(X, Y) :- \\+ noisy, digit(X, Y).
    seen(X, Y) :- noisy, any(Y).
";

#[test]
fn learnable_probabilities_have_the_gradient_of_differences() {
    let mut program = program(NOISY);
    let texts = ["seen(image(a), 0)", "seen(image(b), 2)", "\\+ seen(image(c), 1)"];
    let examples: Vec<Example> = texts.iter().map(|t| program.example(t).unwrap()).collect();
    let batch = program.batch(&examples);
    let outputs = outputs(&program, &batch, DType::F64);
    let start = program.parameters(DType::F64);
    assert_eq!(start.shape(), [2], "noisy and its negation");
    assert!((program.parameter_values(&start)[0].1 - 0.5).abs() < 1e-12);
    let loss = |x: &Tensor| negative_log_probability(&program.log_probability(&batch, &outputs, x).unwrap()).value;
    let x = Tensor::from([0.3f64, -0.4]).variable();
    let gradient = loss(&x).grad(&[&x])[0].to_vec::<f64>();
    for i in 0..2 {
        let at = |h: f64| {
            let mut v = x.to_vec::<f64>();
            v[i] += h;
            loss(&Tensor::from(v)).item()
        };
        let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!((gradient[i] - numeric).abs() < 1e-8, "{} {numeric}", gradient[i]);
    }
    // By hand: p(seen(a, 0)) = (1 - n) d + n / 3.
    let n = program.parameter_values(&x)[0].1;
    assert_eq!(program.parameter_values(&x)[0].0, "line 3: t(_)");
    let d = digit(&program, &batch, &outputs, "image(a)");
    let y = program.log_probability(&batch, &outputs, &x).unwrap().to_vec::<f64>();
    assert!((y[0].exp() - ((1.0 - n) * d[0] + n / 3.0)).abs() < 1e-12);
}

#[test]
fn disjunctions_of_learnable_probabilities_share_a_softmax() {
    let mut program = program("t(0.2)::c(1); t(_)::c(2); 0.5::c(3). q(X) :- c(X).");
    let question = program.question("q(X)").unwrap();
    let batch = program.batch(&[question]);
    let start = program.parameters(DType::F64);
    let answers = program.answers(&batch, &[], &start).unwrap();
    let p = answers[0].log_probability.exp().to_vec::<f64>();
    // What is not given shares what is left with "none of them": 0.3 / 2.
    assert!((p[0] - 0.2).abs() < 1e-12 && (p[1] - 0.15).abs() < 1e-12 && (p[2] - 0.5).abs() < 1e-12, "{p:?}");
    let far = Tensor::from([50.0f64, -50.0, 3.0]);
    let p = program.answers(&batch, &[], &far).unwrap()[0].log_probability.exp().to_vec::<f64>();
    assert!(p.iter().sum::<f64>() <= 1.0 + 1e-12 && (p[0] - 0.5).abs() < 1e-9);
}

#[test]
fn semantic_loss_of_a_constraint() {
    // Exactly one of four independent units: the formula of Xu et al. 2018, written out.
    let text = "
        nn(unit, [X, I]) :: on(X, I).
        two(X) :- on(X, I), on(X, J), I < J.
        some(X) :- on(X, 1). some(X) :- on(X, 2). some(X) :- on(X, 3). some(X) :- on(X, 4).
        unit(1). unit(2). unit(3). unit(4).
    ";
    let text = text.replace("on(X, I), on(X, J)", "unit(I), unit(J), on(X, I), on(X, J)");
    let by_query = format!("{text} one(X) :- some(X), \\+ two(X).");
    let by_constraint = format!("{text} image(x). :- image(I), two(image(I)). :- \\+ some(image(x)).")
        .replace("image(x). :-", "item('$1'). :-");
    let by_constraint = by_constraint
        .replace(":- image(I), two(image(I)).", ":- item(I), two(image(I)).")
        .replace("image(x)", "image('$1')");
    let mut query = program(&by_query);
    let mut constraint = program(&by_constraint);
    let asked = [query.example("one(image(x))").unwrap()];
    let held = [constraint.conditions("some(image(x))").unwrap()];
    for (program, examples) in [(&mut query, &asked), (&mut constraint, &held)] {
        let (found, batch, outputs) = log_p(program, examples, DType::F64);
        assert_eq!(batch.calls[0].inputs.len(), 4);
        let p: Vec<f64> = (0..4).map(|i| outputs[0].get((i, 0)).exp().item()).collect();
        let one = |i: usize| (0..4).map(|j| if i == j { p[j] } else { 1.0 - p[j] }).product::<f64>();
        let expected = (0..4).map(one).sum::<f64>();
        let loss = negative_log_probability(&Tensor::from(found)).value.item();
        assert!((loss + expected.ln()).abs() < 1e-12, "{loss} {}", -expected.ln());
    }
}

#[test]
fn impossible_examples_are_named_and_left_out_of_the_mean() {
    let mut program = program(ADDITION);
    let texts = ["addition(image(a), image(b), 3)", "addition(image(a), image(b), 99)"];
    let examples: Vec<Example> = texts.iter().map(|t| program.example(t).unwrap()).collect();
    let (found, ..) = log_p(&mut program, &examples, DType::F64);
    let loss = negative_log_probability(&Tensor::from(found.clone()));
    assert_eq!(loss.impossible, [1]);
    assert_eq!(loss.value.item(), -found[0]);
    let none = negative_log_probability(&Tensor::from([f64::NEG_INFINITY]));
    assert_eq!((none.value.item(), none.impossible), (0.0, vec![0]));
}

#[test]
fn binary_cross_entropy_is_the_formula_and_its_gradient_survives_the_ends() {
    let p = [0.3f64, 0.9, 1.0, 0.5, 1e-9];
    let y = [1.0f64, 0.0, 1.0, 0.25, 0.0];
    let x = Tensor::from(p.map(f64::ln)).variable();
    let loss = binary_cross_entropy(&x, &y);
    let one = |p: f64, y: f64| {
        let yes = if y > 0.0 { y * p.ln() } else { 0.0 };
        yes + if y < 1.0 { (1.0 - y) * (1.0 - p).ln() } else { 0.0 }
    };
    let expected = -p.iter().zip(y).map(|(&p, y)| one(p, y)).sum::<f64>() / 5.0;
    assert!((loss.value.item() - expected).abs() < 1e-9, "{} {expected}", loss.value.item());
    assert!(loss.value.grad(&[&x])[0].to_vec::<f64>().iter().all(|g| g.is_finite()));
    assert_eq!(
        binary_cross_entropy(&Tensor::from([f64::NEG_INFINITY, 0.0, -1.0]), &[1.0, 0.5, 0.0]).impossible,
        [0, 1]
    );
}

#[test]
fn many_best_proofs_are_exact_and_few_are_less() {
    let text = format!(
        "{ADDITION} 0.7::day. nn(pair, [A, B], R, [yes, no]) :: same(A, B, R).
         t(0.2) :: blur. odd(A, B) :- day, \\+ same(A, B, yes), less(A, B). odd(A, B) :- blur, same(B, A, no)."
    );
    let texts = [
        "addition(image(a), image(b), 7)",
        "addition(image(b), image(c), 9)",
        "less(image(b), image(c))",
        "odd(image(a), image(c))",
        "\\+ odd(image(b), image(c))",
    ];
    let run = |semantics: Semantics| {
        let mut program = program(&text).with_semantics(semantics);
        let examples: Vec<Example> = texts.iter().map(|t| program.example(t).unwrap()).collect();
        let batch = program.batch(&examples);
        let outputs: Vec<Tensor> = outputs(&program, &batch, DType::F64).iter().map(Tensor::variable).collect();
        let params = program.parameters(DType::F64).variable();
        let y = program.log_probability(&batch, &outputs, &params).unwrap();
        let wrt: Vec<&Tensor> = outputs.iter().chain([&params]).collect();
        let slopes: Vec<Vec<f64>> = y.sum().grad(&wrt).iter().map(Tensor::to_vec).collect();
        // Free of multiples of ones, which normalised outputs leave open: the derivative with respect to logits.
        let centred: Vec<f64> = (outputs.iter().zip(&slopes))
            .flat_map(|(o, s)| {
                let width = o.size(-1);
                let rows = o.to_vec::<f64>();
                let one = |(l, s): (&[f64], &[f64])| {
                    let total: f64 = s.iter().sum();
                    l.iter().zip(s).map(|(l, s)| s - l.exp() * total).collect::<Vec<_>>()
                };
                rows.chunks(width).zip(s.chunks(width)).flat_map(one).collect::<Vec<_>>()
            })
            .chain(slopes.last().unwrap().clone())
            .collect();
        (y.to_vec::<f64>(), centred)
    };
    let (exact, slopes) = run(Semantics::Exact);
    let (many, many_slopes) = run(Semantics::TopK(1000));
    for (e, m) in exact.iter().zip(&many) {
        assert!((e - m).abs() < 1e-10, "{exact:?} {many:?}");
    }
    for (e, m) in slopes.iter().zip(&many_slopes) {
        assert!((e - m).abs() < 1e-9, "{slopes:?}\n{many_slopes:?}");
    }
    let (three, _) = run(Semantics::TopK(3));
    let (one, _) = run(Semantics::TopK(1));
    for i in 0..4 {
        assert!(one[i] <= three[i] + 1e-12 && three[i] <= exact[i] + 1e-12, "{one:?} {three:?} {exact:?}");
    }
    assert!(one[0] < exact[0] - 0.1);
}

#[test]
fn best_proofs_are_those_of_the_example() {
    let mut program = program(ADDITION).with_semantics(Semantics::TopK(1));
    let examples: Vec<Example> = ["addition(image(a), image(b), 7)", "addition(image(c), image(d), 7)"]
        .map(|t| program.example(t).unwrap())
        .into();
    let (found, batch, outputs) = log_p(&mut program, &examples, DType::F64);
    for (i, (x, y)) in [("a", "b"), ("c", "d")].into_iter().enumerate() {
        let [x, y] = [x, y].map(|n| digit(&program, &batch, &outputs, &format!("image({n})")));
        let best = (0..=7).map(|i| x[i] * y[7 - i]).fold(0.0, f64::max);
        assert!((found[i] - best.ln()).abs() < 1e-12);
    }
}

#[test]
fn fuzzy_truth_is_that_of_the_theory() {
    use symbolon_theory::circuit::Weights;
    use symbolon_theory::semiring::{Godel, Lukasiewicz, Product, over_lineage};
    let text = "
        nn(digit, [X], Y, [0..3]) :: digit(X, Y).
        nn(edge, [X, Y]) :: edge(X, Y).
        near(X, Y) :- edge(X, Y).
        near(X, Y) :- node(Z), edge(X, Z), near(Z, Y).
        node(image('$1')). node(image('$2')).
        sum(A, B, S) :- digit(A, X), digit(B, Y), S is X + Y.
        far(A, B) :- \\+ near(A, B), digit(A, 1).
    ";
    let texts = ["sum(image(a), image(b), 3)", "near(image(a), image(b))", "far(image(a), image(b))"];
    for norm in [Norm::Godel, Norm::Product, Norm::Lukasiewicz] {
        let mut program = program(text).with_semantics(Semantics::Fuzzy(norm));
        let examples: Vec<Example> = texts.iter().map(|t| program.example(t).unwrap()).collect();
        let (found, batch, outputs) = log_p(&mut program, &examples, DType::F64);
        let mut known: HashMap<(String, String), Vec<f64>> = HashMap::new();
        for (calls, out) in batch.calls.iter().zip(&outputs) {
            for (row, inputs) in calls.inputs.iter().enumerate() {
                let name: Vec<String> = inputs.iter().map(|&t| program.show(t)).collect();
                let net = program.networks()[calls.network].name.clone();
                known.insert((net, name.join(",")), out.get(row).exp().to_vec());
            }
        }
        for (text_of, f) in texts.iter().zip(found) {
            let plain = |t: &str| t.replace("image(a)", "image('$1')").replace("image(b)", "image('$2')");
            let mut theory = Theory::parse(text).unwrap();
            let query = theory.parse_query(&plain(text_of)).unwrap();
            theory.queries.push(query);
            let grounding = theory.ground(Default::default(), &Budget::default()).unwrap();
            let lineage = &grounding.lineage;
            let neural: Vec<Vec<f64>> = (lineage.neural.iter())
                .map(|n| {
                    let terms = theory.terms.lock();
                    let inputs: Vec<String> = n.inputs.iter().map(|&t| terms.display(t).to_string()).collect();
                    let inputs = inputs.join(",").replace("'$1'", "a").replace("'$2'", "b");
                    known[&(terms.name(n.net).to_owned(), inputs)].clone()
                })
                .collect();
            let weights = Weights::of(lineage, &[], &neural).unwrap();
            let (roots, budget) = ([lineage.queries[0].1], Budget::default());
            let expected = match norm {
                Norm::Godel => over_lineage(&Godel, lineage, &roots, &weights, &budget),
                Norm::Product => over_lineage(&Product, lineage, &roots, &weights, &budget),
                Norm::Lukasiewicz => over_lineage(&Lukasiewicz, lineage, &roots, &weights, &budget),
            };
            let expected = expected.unwrap()[0];
            assert!((f.exp() - expected).abs() < 1e-6, "{norm:?} {text_of}: {}, not {expected}", f.exp());
        }
    }
}

#[test]
fn fuzzy_gradients_are_those_of_differences_and_of_composed_operations() {
    for norm in [Norm::Godel, Norm::Product, Norm::Lukasiewicz] {
        let mut program = program(ADDITION).with_semantics(Semantics::Fuzzy(norm));
        let examples = [
            program.example("addition(image(a), image(b), 7)").unwrap(),
            program.example("\\+ less(image(a), image(b))").unwrap(),
        ];
        let batch = program.batch(&examples);
        // Lukasiewicz is flat unless two digits are more than certain together.
        let scale = if norm == Norm::Lukasiewicz { 0.1 } else { 1.0 };
        let x = outputs(&program, &batch, DType::F64)[0].mul_scalar(scale).variable();
        let none = program.parameters(DType::F64);
        let f = |x: &Tensor| {
            program.log_probability(&batch, std::slice::from_ref(x), &none).unwrap().clamp_min(-50.0).sum()
        };
        let kernel = f(&x).grad(&[&x])[0].to_vec::<f64>();
        // Recording the way back takes the composed operations.
        let composed = f(&x).grad_graph(&[&x])[0].to_vec::<f64>();
        for i in 0..x.len() {
            let at = |h: f64| {
                let mut v = x.to_vec::<f64>();
                v[i] += h;
                f(&Tensor::new(v, x.shape()).unwrap()).item()
            };
            let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
            assert!((kernel[i] - numeric).abs() < 1e-6, "{norm:?} {i}: {} {numeric}", kernel[i]);
            assert!((kernel[i] - composed[i]).abs() < 1e-10, "{norm:?} {i}: {} {}", kernel[i], composed[i]);
        }
    }
}

#[test]
fn wrong_outputs_and_open_or_huge_queries_are_errors_with_a_remedy() {
    let mut program = program(ADDITION);
    let example = program.example("addition(image(a), image(b), 7)").unwrap();
    let batch = program.batch(&[example]);
    let none = program.parameters(DType::F32);
    let wrong = program.log_probability(&batch, &[Tensor::zeros([2, 9], DType::F32)], &none).unwrap_err();
    assert_eq!(wrong.to_string(), "digit: gave [2, 9], not [calls, values] = [2, 10]");
    assert!(program.log_probability(&batch, &[], &none).is_err());
    assert!(matches!(program.example("addition(image(a), image(b), S)"), Err(Error::Open { .. })));
    assert!(matches!(program.example("nothing(image(a))"), Err(Error::Theory(_))));
    let mut program = program_of(ADDITION).with_budget(Budget::with_time(Duration::ZERO));
    let long = "total([image(a), image(b), image(c)], [image(d), image(e), image(f)], 700)";
    let stopped = program.example(long).unwrap_err();
    assert!(stopped.to_string().contains("larger budget"), "{stopped}");
    let mut program =
        program_of("nn(n, [X], Y, [0,1]) :: d(X, Y). :- item(X), d(X, 0). :- item(X), d(X, 1). item(image('$1')).");
    assert!(matches!(program.example("d(image(a), 0)"), Err(Error::Contradiction { .. })));
    let mut program = program_of("nn(n, [X], Y, [0,1]) :: d(X, Y). evidence(d(image(z), 0)).")
        .with_semantics(Semantics::Fuzzy(Norm::Product));
    assert!(matches!(program.example("d(image(a), 0)"), Err(Error::Semantics { .. })));
}

fn program_of(text: &str) -> Program {
    program(text)
}

#[test]
fn digits_are_learned_from_sums_alone() {
    // Four "pictures" of each of five digits; the network is a table of logits, so only the theory can tell them apart.
    let text = "nn(digit, [X], Y, [0..4]) :: digit(X, Y). sum(A, B, S) :- digit(A, X), digit(B, Y), S is X + Y.";
    let mut program = program(text);
    let mut rng = Rng::new(5);
    let picks = rng.indices([400], 20).to_vec::<i64>();
    let examples: Vec<Example> = (picks.chunks(2))
        .map(|p| program.example(&format!("sum(image({}), image({}), {})", p[0], p[1], p[0] % 5 + p[1] % 5)).unwrap())
        .collect();
    let mut table = rng.normal([20, 5], DType::F32).mul_scalar(0.1).variable();
    let mut adam = Adam::new(0.1);
    let none = program.parameters(DType::F32);
    let mut last = f64::INFINITY;
    for _ in 0..30 {
        for part in examples.chunks(50) {
            let batch = program.batch(part);
            let at: Vec<i64> = batch.calls[0]
                .inputs
                .iter()
                .map(|i| program.show(i[0])[6..].trim_end_matches(')').parse().unwrap())
                .collect();
            let logs = table.index_select(0, &Tensor::from(at)).log_softmax(-1);
            let loss = negative_log_probability(&program.log_probability(&batch, &[logs], &none).unwrap());
            let gradient = loss.value.grad(&[&table]);
            adam.step(&mut [&mut table], &gradient);
            last = loss.value.item();
        }
    }
    let read = table.argmax(-1).to_vec::<i64>();
    let right = read.iter().enumerate().filter(|(i, d)| (i % 5) as i64 == **d).count();
    assert_eq!((right, last < 0.1), (20, true), "{read:?} {last}");
}
