//! Writes one report with every kind of drawing: `cargo run -p symbolon-draw --example gallery -- gallery.html`.
//!
//! Look at it after changes to this crate, in a wide and a narrow window, light and dark, and on paper.

use std::process::ExitCode;

use symbolon_draw::*;

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_else(|| "gallery.html".into());
    match report().and_then(|report| report.write(&path)) {
        Ok(()) => {
            println!("{path}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Numbers between 0 and 1 that look random and are the same every time (a linear congruential generator).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn training() -> Plot {
    let mut random = noise(1);
    let mut curve = |rate: f64, floor: f64| -> Vec<(f64, f64, f64, f64)> {
        (0..200)
            .map(|i| {
                let y = (2.3 * (-f64::from(i) * rate).exp() + floor) * (1.0 + 0.1 * (random() - 0.5));
                (f64::from(i) * 10.0, y, y * 0.8, y * 1.25)
            })
            .collect()
    };
    let (exact, top, direct) = (curve(0.05, 0.02), curve(0.03, 0.05), curve(0.07, 0.015));
    let line: Vec<(f64, f64)> = direct.iter().map(|p| (p.0, p.1)).collect();
    Plot::new("Training loss")
        .x(Axis::new("step"))
        .y(Axis::new("negative log-probability").unit("nats").log())
        .band("exact circuit, 3 seeds", &exact)
        .band("ten best proofs", &top)
        .line("direct labels", &line)
        .level(0.7, "loss of a coin")
}

fn formula() -> Plot {
    let xs = (0..400).map(|i| -6.0 + f64::from(i) * 0.03);
    let f = |x: f64| if x.abs() < 0.05 { f64::NAN } else { x.sin() / x };
    let curve: Vec<(f64, f64)> = xs.map(|x| (x, f(x))).collect();
    let mut random = noise(2);
    let data: Vec<(f64, f64)> = (0..30)
        .map(|i| {
            let x = -5.8 + f64::from(i) * 0.4;
            (x, f(x) + 0.15 * (random() - 0.5))
        })
        .collect();
    Plot::new("Formula found from 30 points")
        .x(Axis::new("x"))
        .y(Axis::new("y"))
        .points("data", &data)
        .line("sin(x) / x", &curve)
}

fn phase() -> Plot {
    let mut arrows = Vec::new();
    for i in -6..=6 {
        for j in -5..=5 {
            let (x, v) = (f64::from(i) * 0.5, f64::from(j) * 0.5);
            arrows.push((x, v, v, -x.sin() - 0.15 * v));
        }
    }
    let mut orbit = vec![(2.8, 0.0)];
    for _ in 0..3000 {
        let (x, v): (f64, f64) = orbit[orbit.len() - 1];
        let v = v + 0.01 * (-x.sin() - 0.15 * v);
        orbit.push((x + 0.01 * v, v));
    }
    Plot::new("Damped pendulum")
        .x(Axis::new("angle").unit("rad"))
        .y(Axis::new("speed").unit("rad/s"))
        .arrows("field", &arrows)
        .line("from rest at 2.8 rad", &orbit)
}

fn clouds() -> Plot {
    let mut random = noise(3);
    let mut normal = || (0..12).map(|_| random()).sum::<f64>() - 6.0;
    let mut cloud =
        |x: f64, y: f64, s: f64| -> Vec<(f64, f64)> { (0..80).map(|_| (x + s * normal(), y + s * normal())).collect() };
    Plot::new("Activations on two directions")
        .x(Axis::new("direction 1"))
        .y(Axis::new("direction 2"))
        .points("even", &cloud(-1.5, 0.5, 0.7))
        .points("odd", &cloud(1.5, -0.3, 0.7))
        .points("neither", &cloud(0.0, 2.5, 0.5))
}

fn histograms() -> Plot {
    let mut random = noise(4);
    let mut normal = || (0..12).map(|_| random()).sum::<f64>() - 6.0;
    let on: Vec<f64> = (0..900).map(|_| 2.0 + normal()).collect();
    let off: Vec<f64> = (0..1500).map(|_| -0.5 + 0.8 * normal()).collect();
    Plot::new("Activation of feature 17")
        .x(Axis::new("activation"))
        .histogram("concept absent", &off)
        .histogram("concept present", &on)
}

fn confusion() -> Result<HeatMap, DrawError> {
    let mut random = noise(5);
    let digits: Vec<String> = (0..10).map(|d| d.to_string()).collect();
    let counts: Vec<f64> = (0..100)
        .map(|i| if i / 10 == i % 10 { 180.0 + (20.0 * random()).floor() } else { (4.0 * random() * random()).floor() })
        .collect();
    Ok(HeatMap::new("Confusion of digits", 10, 10, &counts)?
        .rows("true digit", &digits)
        .columns("read as", &digits)
        .measure("pictures")
        .values())
}

fn attention() -> Result<HeatMap, DrawError> {
    let words = ["The", "cat", "sat", "on", "the", "mat", ",", "because", "it", "was", "warm", "."];
    let n = words.len();
    let mut values = vec![0.0; n * n];
    let mut random = noise(6);
    for row in 0..n {
        let weights: Vec<f64> =
            (0..=row).map(|c| (3.0 * random() + if c == 1 || c + 1 == row { 2.5 } else { 0.0 }).exp()).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().enumerate().for_each(|(c, w)| values[row * n + c] = w / total);
    }
    Ok(HeatMap::new("Attention of head 3.2", n, n, &values)?
        .rows("query", words)
        .columns("key", words)
        .measure("attention")
        .percent()
        .causal())
}

fn correlations() -> Result<HeatMap, DrawError> {
    let names = ["loss", "norm", "sparsity", "probe", "margin"];
    let mut random = noise(7);
    let mut values = vec![1.0; 25];
    for i in 0..5 {
        for j in 0..i {
            let v = 2.0 * random() - 1.0;
            (values[i * 5 + j], values[j * 5 + i]) = (v, v);
        }
    }
    values[3] = f64::NAN;
    let map = HeatMap::new("Correlations", 5, 5, &values)?.rows("", names).columns("", names);
    Ok(map.measure("Pearson correlation").diverging().range(-1.0, 1.0).values())
}

fn large_map() -> Result<HeatMap, DrawError> {
    let n = 96;
    let wave = |i: usize| {
        let (r, c) = ((i / n) as f64 / 9.0, (i % n) as f64 / 9.0);
        (r.sin() + (c * 1.3).cos()) * (r * c * 0.1).cos()
    };
    let values: Vec<f64> = (0..n * n).map(wave).collect();
    Ok(HeatMap::new("Embedding of residues modulo 96", n, n, &values)?.measure("cosine").diverging())
}

/// A ring, a stroke or a cross as a picture of 28 x 28.
fn glyph(kind: usize, seed: u64) -> Result<Pixels, DrawError> {
    let mut random = noise(seed);
    let (dx, dy) = (random() * 4.0 - 2.0, random() * 4.0 - 2.0);
    let mut bytes = Vec::with_capacity(784);
    for i in 0..784 {
        let (x, y) = ((i % 28) as f64 - 13.5 - dx, (i / 28) as f64 - 13.5 - dy);
        let distance = match kind {
            0 => (x.hypot(y * 0.8) - 7.5).abs(),
            1 => (x - y * 0.15).abs().max(y.abs() - 9.0),
            _ => (x - y).abs().min((x + y).abs()).max(x.abs() - 8.0),
        };
        bytes.push(((2.6 - distance).clamp(0.0, 1.0) * 255.0) as u8);
    }
    Pixels::grey(28, 28, &bytes)
}

fn pictures() -> Result<Gallery, DrawError> {
    let mut gallery = Gallery::new("What the network read");
    for i in 0..14 {
        let kind = i % 3;
        let picture = glyph(kind, i as u64 + 10)?;
        let name = ["ring", "stroke", "cross"][kind];
        gallery = match i {
            4 => gallery.marked(&picture, Mark::Bad, "read as cross, is stroke"),
            9 => gallery.marked(&picture, Mark::Open, "ring 0.51"),
            _ => gallery.marked(&picture, Mark::Good, format!("{name} 0.9{}", i % 10)),
        };
    }
    let colours: Vec<u8> = (0..16 * 16 * 3)
        .map(|i| ((i / 3 % 16) * 16 * usize::from(i % 3 == 0) + (i / 48) * 16 * usize::from(i % 3 == 2)) as u8)
        .collect();
    Ok(gallery.picture(&Pixels::rgb(16, 16, &colours)?, "a picture in colour"))
}

fn circuit() -> Result<Graph, DrawError> {
    let mut graph = Graph::new("Circuit of addition(A, B, 3)")
        .explain(Kind::Or, "sum")
        .explain(Kind::And, "product")
        .explain(Kind::Network, "read by the network");
    let root = graph.node(Node::new(Kind::Goal, "addition(A, B, 3)").detail("0.942"));
    let or = graph.node(Node::or());
    graph.edge(Edge::new(root, or))?;
    let leaf = |graph: &mut Graph, side: &str, d: usize| {
        graph.node(Node::new(Kind::Network, format!("digit({side}, {d})")).detail(format!("0.{d}1")))
    };
    let a: Vec<usize> = (0..4).map(|d| leaf(&mut graph, "A", d)).collect();
    let b: Vec<usize> = (0..4).map(|d| leaf(&mut graph, "B", d)).collect();
    for d in 0..4 {
        let and = graph.node(Node::and());
        graph.edge(Edge::new(or, and))?;
        graph.edge(Edge::new(and, a[d]))?;
        graph.edge(Edge::new(and, b[3 - d]))?;
    }
    Ok(graph)
}

fn attribution() -> Result<Graph, DrawError> {
    let mut graph = Graph::new("Attribution graph: capital of the state of Dallas");
    let names = ["token: Dallas", "token: capital", "Texas", "say a capital", "say Austin", "logit: Austin"];
    let kinds = [Kind::Leaf, Kind::Leaf, Kind::Plain, Kind::Plain, Kind::Plain, Kind::Goal];
    let nodes: Vec<usize> = names.iter().zip(kinds).map(|(n, k)| graph.node(Node::new(k, *n))).collect();
    for (from, to, weight) in
        [(0, 2, 0.9), (1, 3, 0.7), (2, 4, 0.8), (3, 4, 0.5), (4, 5, 1.2), (2, 5, 0.3), (0, 5, -0.2)]
    {
        graph.edge(Edge::new(nodes[from], nodes[to]).weight(weight))?;
    }
    Ok(graph)
}

fn tangled() -> Result<Graph, DrawError> {
    let mut graph = Graph::new("A lineage of 300 nodes, cut at 45").limit(45);
    let mut random = noise(9);
    for i in 0..300 {
        let kind = match i {
            0..3 => Kind::Goal,
            _ if i % 7 == 0 => Kind::Leaf,
            _ if i % 2 == 0 => Kind::And,
            _ => Kind::Or,
        };
        let node = match kind {
            Kind::And => Node::and(),
            Kind::Or => Node::or(),
            Kind::Leaf => Node::new(kind, format!("edge({i})")),
            _ => Node::new(kind, format!("path(a, {i})")),
        };
        graph.node(node);
    }
    for i in 3..300usize {
        for _ in 0..1 + usize::from(random() < 0.35) {
            let from = ((i as f64).sqrt() * 2.0 * random()) as usize + i.saturating_sub(6) / 3;
            graph.edge(Edge::new(from.min(i - 1), i))?;
        }
    }
    Ok(graph)
}

fn proof() -> Result<Proof, DrawError> {
    Proof::new(vec![
        Step::new("addition(image(\"a.png\"), image(\"b.png\"), 12)", [1, 2, 3])
            .rule("addition(X, Y, Z) :- digit(X, A), digit(Y, B), Z is A + B.")
            .weight("0.931"),
        Step::leaf(Because::Network, "digit(image(\"a.png\"), 5)").weight("0.968"),
        Step::leaf(Because::Network, "digit(image(\"b.png\"), 7)").weight("0.962"),
        Step::new("12 is 5 + 7", [4]),
        Step::leaf(Because::Fact, "5 + 7 = 12"),
    ])
}

fn cards() -> Result<Vec<Card>, DrawError> {
    let mut cards = Vec::new();
    for i in 0..3 {
        let (mark, word) = if i == 1 { (Mark::Bad, "wrong") } else { (Mark::Good, "right") };
        let card = Card::new(format!("Pair {}", i + 1)).verdict(mark, word);
        let card = card
            .picture(&glyph(i, 31 + i as u64)?, "a picture of a five")
            .picture(&glyph((i + 1) % 3, 41 + i as u64)?, "a picture of a seven");
        cards.push(
            card.line("sum", "12").line("predicted", if i == 1 { "10 (0.51)" } else { "12 (0.93)" }).proof(proof()?),
        );
    }
    Ok(cards)
}

fn report() -> Result<Report, DrawError> {
    let bars = |title: &str| {
        Bars::new(title, ["trained", "untrained twin", "shuffled theory"])
            .axis(Axis::new("the sum follows").percent().range(0.0, 1.0))
            .group_with_errors(
                "first digit written",
                &[(0.981, 0.972, 0.988), (0.104, 0.088, 0.121), (0.094, 0.079, 0.110)],
            )
            .group_with_errors(
                "second digit written",
                &[(0.977, 0.968, 0.985), (0.099, 0.084, 0.116), (0.101, 0.085, 0.118)],
            )
            .group_with_errors("both written", &[(0.968, 0.957, 0.976), (0.102, 0.087, 0.119), (0.097, 0.081, 0.113)])
    };
    let tasks = [
        "addition of two digits",
        "comparison: less than",
        "parity with constraints",
        "a 4 x 4 visual Sudoku",
        "addition with noisy labels",
    ];
    let long = Bars::new("Accuracy of the examples", tasks).axis(Axis::new("accuracy").percent()).group_with_errors(
        "",
        &[(0.97, 0.96, 0.98), (0.98, 0.97, 0.99), (0.95, 0.93, 0.97), (0.91, 0.88, 0.94), (f64::NAN, 0.0, 0.0)],
    );
    let claims = Table::new("Claims, fixed before the run, and what became of them.")
        .column(Column::text("claim"))
        .column(Column::number("n"))
        .column(Column::percent("measured"))
        .column(Column::percent("needed"))
        .column(Column::text("verdict"))
        .row([
            "sums of held-out pairs are right".into(),
            5000usize.into(),
            Cell::interval(0.961, 0.955, 0.966),
            0.95.into(),
            Cell::verdict(Mark::Good, "supported"),
        ])
        .row([
            "digits are right".into(),
            10000usize.into(),
            Cell::interval(0.981, 0.978, 0.983),
            0.975.into(),
            Cell::verdict(Mark::Good, "supported"),
        ])
        .row([
            "a shuffled theory does as well".into(),
            5000usize.into(),
            Cell::interval(0.094, 0.086, 0.102),
            0.95.into(),
            Cell::verdict(Mark::Bad, "refuted"),
        ])
        .row([
            "the order of the pair does not matter".into(),
            120usize.into(),
            Cell::interval(0.942, 0.884, 0.974),
            0.95.into(),
            Cell::verdict(Mark::Open, "inconclusive"),
        ])
        .note("Intervals: Wilson, 95 %.");
    Ok(Report::new("Everything that can be drawn")
        .subtitle("A report with each kind of drawing, for looking at after changes.")
        .facts([
            Fact::new("Sum accuracy", "96.1 %").remark("needed: 95 %").mark(Mark::Good),
            Fact::new("Digit accuracy", "98.1 %").remark("no digit label was used").mark(Mark::Good),
            Fact::new("Interchange", "97.7 %").remark("controls: 10.4 %, 9.4 %").mark(Mark::Good),
            Fact::new("Training", "61 s").remark("2 cores"),
        ])
        .section("Tables and prose")
        .text("The network learned from **sums of pairs** alone. A digit is read at the site `fc2.out`; writing another digit there must change the sum accordingly.\n\nUnmatched marks such as ` or ** stay as they are, and <b>tags</b> & \"quotes\" are text.")
        .list(["First the theory is compiled.", "Then each batch passes through the circuit in log space."])
        .table(claims)
        .callout(Mark::Open, "One claim is inconclusive: **120 pairs** are too few for an interval this narrow.")
        .section("Plots")
        .subsection("Lines, points, bars")
        .figure("Loss of three ways to train, with the range over seeds.", training())
        .figure("A formula and the data it was found from; the gap at 0 is where the formula has no value.", formula())
        .figure("Writing a digit through the symbol changes the sum; in neither twin does it.", bars("Interchange interventions"))
        .figure("Long names turn bars on their side.", long)
        .figure("Three groups told apart by shape and colour.", clouds())
        .figure("Two histograms share their bins.", histograms())
        .figure("A vector field with an orbit.", phase())
        .subsection("Maps")
        .figure("Counts of held-out digits.", confusion()?)
        .figure("A causal attention pattern.", attention()?)
        .figure("A diverging map with a missing value.", correlations()?)
        .figure("A large map is an image, one pixel a cell.", large_map()?)
        .section("Pictures and examples")
        .wide_figure("Held-out pictures, what they were read as, and how surely.", pictures()?)
        .cards(cards()?)
        .section("Graphs and proofs")
        .figure("A small circuit.", circuit()?)
        .figure("Edges as thick as their strength; negative ones are dashed.", attribution()?)
        .figure("A proof as a graph.", proof()?.graph("Best proof"))
        .wide_figure("A big graph says what was left out.", tangled()?)
        .proof("Best proof of the sum:", proof()?)
        .code("The theory", "nn(digit, [X], Y, [0,1,2,3,4,5,6,7,8,9]) :: digit(X, Y).\naddition(X, Y, Z) :- digit(X, A), digit(Y, B), Z is A + B.")
        .provenance(Provenance::new().seed(7).version("0.1.0").digest("the claims", "b1946ac92492d2347c6235b4d2611184").command("symbolon demo --seed 7")))
}
