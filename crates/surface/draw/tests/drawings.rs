//! Laws of every kind of drawing: well-formed, deterministic, inside its frame, unbreakable by any text or number, readable aloud.

use proptest::prelude::*;
use roxmltree::{Document, Node as Xml, ParsingOptions};
use symbolon_draw::*;

/// Texts that have broken pages before, and any others.
fn text() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(vec![
        "",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; --",
        "]]>",
        "<!--",
        "-->",
        "</style></svg></title>",
        "&amp;&#0;&bogus;",
        "a\0b\u{1b}[31m\u{ffff}",
        "\u{202e}right to left",
        "日本語の見出し",
        "👩‍👩‍👧‍👦",
        "javascript:alert(1)",
        "`code` **strong** ``` ****",
        "line\nbreak\r\n\ttab",
        "averyveryveryveryveryveryveryveryveryveryveryveryveryveryverylongwordwithoutanyspace",
    ]);
    prop_oneof![hostile.prop_map(str::to_string), ".{0,40}"]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -1e3f64..1e3,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324]),
    ]
}

fn axis() -> impl Strategy<Value = Axis> {
    (text(), any::<bool>(), any::<bool>(), prop::option::of((number(), number()))).prop_map(
        |(name, log, percent, range)| {
            let axis = Axis::new(name.clone()).unit(name);
            let axis = if log { axis.log() } else { axis };
            let axis = if percent { axis.percent() } else { axis };
            match range {
                Some((low, high)) => axis.range(low, high),
                None => axis,
            }
        },
    )
}

fn plot() -> impl Strategy<Value = Plot> {
    let points = prop::collection::vec((number(), number(), number(), number()), 0..40);
    let all = (text(), axis(), axis(), prop::collection::vec((0..5, text(), points), 0..5), number());
    all.prop_map(|(title, x, y, series, rule)| {
        let mut plot = Plot::new(title.clone()).x(x).y(y).level(rule, title.clone()).moment(rule, title);
        for (kind, name, points) in series {
            let pairs: Vec<(f64, f64)> = points.iter().map(|p| (p.0, p.1)).collect();
            let values: Vec<f64> = points.iter().map(|p| p.0).collect();
            plot = match kind {
                0 => plot.line(name, &pairs),
                1 => plot.band(name, &points),
                2 => plot.points(name, &pairs),
                3 => plot.histogram(name, &values),
                _ => plot.arrows(name, &points),
            };
        }
        plot
    })
}

fn bars() -> impl Strategy<Value = Bars> {
    let values = prop::collection::vec((number(), number(), number()), 0..8);
    (text(), prop::collection::vec(text(), 0..8), axis(), prop::collection::vec((text(), values), 0..4), any::<bool>())
        .prop_map(|(title, names, axis, groups, sideways)| {
            let bars = groups
                .iter()
                .fold(Bars::new(title, names).axis(axis), |bars, (name, values)| bars.group_with_errors(name, values));
            if sideways { bars.sideways() } else { bars }
        })
}

fn heat_map() -> impl Strategy<Value = HeatMap> {
    (1usize..9, 1usize..9).prop_flat_map(|(rows, columns)| {
        let values = prop::collection::vec(number(), rows * columns);
        let names = prop::collection::vec(text(), 0..10);
        (text(), values, names, any::<[bool; 5]>(), prop::option::of((number(), number()))).prop_map(
            move |(title, values, names, flags, range)| {
                let map = HeatMap::new(title.clone(), rows, columns, &values)
                    .unwrap()
                    .rows(title.clone(), names.clone())
                    .columns(title, names);
                let map = if flags[0] { map.values() } else { map };
                let map = if flags[1] { map.diverging() } else { map };
                let map = if flags[2] { map.percent() } else { map };
                let map = if flags[3] { map.causal() } else { map };
                let map = if flags[4] { map.stretched() } else { map };
                match range {
                    Some((low, high)) => map.range(low, high),
                    None => map,
                }
            },
        )
    })
}

fn gallery() -> impl Strategy<Value = Gallery> {
    (text(), prop::collection::vec((1usize..40, 1usize..40, text()), 0..12), number()).prop_map(
        |(title, pictures, side)| {
            pictures.iter().fold(Gallery::new(title).side(side), |gallery, (w, h, caption)| {
                let picture = Pixels::grey(*w, *h, &vec![128; w * h]).unwrap();
                if w % 2 == 0 {
                    gallery.picture(&picture, caption)
                } else {
                    gallery.marked(&picture, Mark::Bad, caption)
                }
            })
        },
    )
}

fn graph() -> impl Strategy<Value = Graph> {
    let kinds = prop::sample::select(vec![
        Kind::Plain,
        Kind::Goal,
        Kind::Leaf,
        Kind::Choice,
        Kind::And,
        Kind::Or,
        Kind::Network,
    ]);
    let nodes = prop::collection::vec((kinds, text(), text()), 0..25);
    let edges = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), text(), number(), any::<bool>()),
        0..40,
    );
    (text(), nodes, edges, 1usize..30).prop_map(|(title, nodes, edges, limit)| {
        let mut graph = Graph::new(title.clone()).limit(limit).explain(Kind::And, title);
        for (kind, label, detail) in &nodes {
            graph.node(Node::new(*kind, label).detail(detail));
        }
        for (from, to, label, weight, weighted) in edges.iter().filter(|_| !nodes.is_empty()) {
            let edge = Edge::new(from.index(nodes.len()), to.index(nodes.len())).label(label);
            graph.edge(if *weighted { edge.weight(*weight) } else { edge }).unwrap();
        }
        graph
    })
}

/// Horizontal and vertical extent of what an element itself draws, as far as it can be read off its attributes.
fn extent(node: &Xml<'_, '_>) -> Vec<(f64, f64)> {
    let number = |name: &str| node.attribute(name).and_then(|v| v.parse::<f64>().ok());
    let mut points = Vec::new();
    match node.tag_name().name() {
        "rect" | "image" | "svg" => {
            if let (Some(x), Some(y), Some(w), Some(h)) = (number("x"), number("y"), number("width"), number("height"))
            {
                points.extend([(x, y), (x + w, y + h)]);
            }
        }
        "line" => {
            if let (Some(x1), Some(y1), Some(x2), Some(y2)) = (number("x1"), number("y1"), number("x2"), number("y2")) {
                points.extend([(x1, y1), (x2, y2)]);
            }
        }
        "text" => {
            // A text is at least this wide in any font.
            let least = node.text().unwrap_or("").chars().filter(char::is_ascii_alphanumeric).count() as f64 * 3.5;
            if let Some((x, y)) = number("x").zip(number("y")) {
                points.extend(match node.attribute("text-anchor") {
                    None => [(x, y), (x + least, y)],
                    Some("middle") => [(x - least / 2.0, y), (x + least / 2.0, y)],
                    _ => [(x - least, y), (x, y)],
                });
            }
        }
        "polygon" => {
            for pair in node.attribute("points").unwrap_or("").split_whitespace() {
                let (x, y) = pair.split_once(',').unwrap();
                points.push((x.parse().unwrap(), y.parse().unwrap()));
            }
        }
        _ => {}
    }
    points
}

/// The laws of a drawing.
fn check(drawing: &dyn Drawing, width: f64) -> Result<(), TestCaseError> {
    let svg = drawing.draw(width);
    prop_assert_eq!(&svg, &drawing.draw(width));
    prop_assert!(svg.width >= 200.0 && svg.height > 0.0 && svg.width.is_finite() && svg.height.is_finite());
    let (title, description) = (drawing.title(), drawing.description());
    let written = svg.document(title, &description);
    let parsed = match Document::parse(&written) {
        Ok(parsed) => parsed,
        Err(error) => return Err(TestCaseError::fail(format!("{error}\n{written}"))),
    };
    let root = parsed.root_element();
    // Read aloud: an image with a name and a description that exist.
    prop_assert_eq!(root.attribute("role"), Some("img"));
    for reference in ["aria-labelledby", "aria-describedby"] {
        let id = root.attribute(reference).unwrap();
        prop_assert!(root.children().any(|n| n.attribute("id") == Some(id)));
    }
    for node in root.descendants().filter(Xml::is_element) {
        let name = node.tag_name().name();
        prop_assert!(!["script", "foreignObject", "a", "iframe", "use"].contains(&name), "{}", name);
        for attribute in node.attributes() {
            prop_assert!(!attribute.name().starts_with("on"));
            prop_assert!(!attribute.value().contains("NaN") && (name == "title" || !attribute.value().contains("inf")));
            if attribute.name() == "href" {
                prop_assert!(attribute.value().starts_with("data:image/png;base64,"));
            }
        }
        // Inner <svg> elements clip, groups with a transform move what is in them.
        let moved = |n: &Xml<'_, '_>| n.has_attribute("transform") || n.has_tag_name("svg") && *n != root;
        if node.ancestors().skip(1).any(|n| moved(&n)) || node.has_attribute("transform") {
            continue;
        }
        for (x, y) in extent(&node) {
            let inside = (-0.5..=svg.width + 1.0).contains(&x) && (-0.5..=svg.height + 1.0).contains(&y);
            prop_assert!(inside, "{} at ({}, {}) is outside of {} x {}", name, x, y, svg.width, svg.height);
        }
    }
    if let Some(table) = drawing.numbers() {
        prop_assert!(!table.text().is_empty());
    }
    Ok(())
}

/// A page is parsed as XML, which is stricter than what browsers do.
fn parse(page: &str) -> Result<Document<'_>, TestCaseError> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).map_err(|error| TestCaseError::fail(error.to_string()))
}

/// What must hold for every page.
fn check_page(page: &Document<'_>) -> Result<(), TestCaseError> {
    let mut ids = std::collections::BTreeSet::new();
    let mut links = Vec::new();
    let mut level = 1;
    for node in page.descendants().filter(Xml::is_element) {
        let name = node.tag_name().name();
        prop_assert!(!["script", "link", "iframe", "object", "embed", "form", "base"].contains(&name));
        for attribute in node.attributes() {
            let value = attribute.value();
            prop_assert!(!attribute.name().starts_with("on"));
            match attribute.name() {
                "id" => prop_assert!(ids.insert(value.to_string()), "the id {} occurs twice", value),
                "href" if name == "a" => links.push(value.to_string()),
                "href" | "src" => prop_assert!(value.starts_with("data:image/png;base64,")),
                "aria-labelledby" | "aria-describedby" => links.push(format!("#{value}")),
                _ => {}
            }
        }
        if name == "img" {
            prop_assert!(node.has_attribute("alt"));
        }
        if let Some(depth) = name.strip_prefix('h').and_then(|d| d.parse::<usize>().ok()) {
            prop_assert!(depth <= level + 1, "heading {} after {}", depth, level);
            level = depth;
        }
    }
    for link in links {
        let id = link.strip_prefix('#').unwrap_or("");
        prop_assert!(ids.contains(id), "{} leads nowhere", link);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn plots(plot in plot(), width in number()) {
        check(&plot, width)?;
    }

    #[test]
    fn bar_charts(bars in bars(), width in number()) {
        check(&bars, width)?;
    }

    #[test]
    fn heat_maps(map in heat_map(), width in number()) {
        check(&map, width)?;
    }

    #[test]
    fn galleries(gallery in gallery(), width in number()) {
        check(&gallery, width)?;
    }

    #[test]
    fn graphs(graph in graph(), width in number()) {
        check(&graph, width)?;
    }

    #[test]
    fn reports(words in prop::collection::vec(text(), 12), plot in plot(), map in heat_map(), numbers in prop::collection::vec(number(), 6)) {
        let w = |i: usize| words[i].clone();
        let proof = Proof::new(vec![Step::new(w(0), [1]).rule(w(1)).weight(w(2)), Step::leaf(Because::Fact, w(3))]).unwrap();
        let picture = Pixels::grey(2, 2, &[0; 4]).unwrap();
        let table = Table::new(w(4)).column(Column::text(w(5))).column(Column::number(w(6))).column(Column::percent(w(7)))
            .row([w(8).into(), numbers[0].into(), Cell::interval(numbers[1], numbers[2], numbers[3])])
            .row([Cell::Code(w(9)), numbers[4].into(), numbers[5].into(), Cell::verdict(Mark::Open, w(10)), Cell::Pictures(vec![picture.clone(); 2], w(11))])
            .note(w(0));
        let card = Card::new(w(1)).verdict(Mark::Good, w(2)).picture(&picture, w(3)).line(w(4), w(5)).proof(proof.clone());
        let report = Report::new(w(0)).subtitle(w(1)).text(w(2)).section(w(3)).figure(w(4), plot).subsection(w(5)).list([w(6), w(7)])
            .section(w(8)).wide_figure(w(9), map).table(table).facts([Fact::new(w(0), w(1)).remark(w(2)).mark(Mark::Bad)]).cards([card])
            .proof(w(10), proof.clone()).code(w(11), w(0)).callout(Mark::Bad, w(1)).figure(w(2), proof.graph(w(3)))
            .provenance(Provenance::new().seed(1).digest(w(1), w(2)).command(w(3)).version(w(4)).entry(w(5), w(6)));
        let page = report.html();
        let parsed = parse(&page)?;
        check_page(&parsed)?;
        prop_assert_eq!(page.matches("<h1>").count(), 1);
        // What was given is there, as text.
        let h1 = parsed.descendants().find(|n| n.has_tag_name("h1")).unwrap();
        let cleaned: String = w(0).replace("\r", "\n").chars().map(|c| match c { '\n' | '\t' => c, c if c.is_control() || c == '\u{ffff}' || c == '\u{fffe}' => '\u{fffd}', c => c }).collect();
        prop_assert_eq!(h1.text().unwrap_or(""), cleaned);
        prop_assert_eq!(report.html(), page);
    }
}

#[test]
fn a_small_graph_as_it_is_written() {
    let mut graph = Graph::new("c :- a, b.");
    let [c, and, a, b] =
        [Node::new(Kind::Goal, "c"), Node::and(), Node::new(Kind::Leaf, "a").detail("0.3"), Node::new(Kind::Leaf, "b")]
            .map(|n| graph.node(n));
    for (from, to) in [(c, and), (and, a), (and, b)] {
        graph.edge(Edge::new(from, to)).unwrap();
    }
    let written = graph.draw(200.0).element("g", "", "").render();
    compare("small_graph.svg", &written);
}

#[test]
fn a_small_plot_as_it_is_written() {
    let plot = Plot::new("Loss")
        .x(Axis::new("step"))
        .y(Axis::new("loss").unit("nats"))
        .band("net", &[(0.0, 2.0, 1.5, 2.5), (1.0, 1.0, 0.9, 1.2), (2.0, f64::NAN, 0.0, 0.0)])
        .level(0.5, "goal");
    compare("small_plot.svg", &plot.draw(300.0).element("p", plot.title(), &plot.description()).render());
}

/// Compares with a file in `tests/expected`; with `UPDATE_EXPECTED=1` writes it. Look at the difference before keeping it.
fn compare(name: &str, written: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, written).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(expected, written, "differs from {}", path.display());
}

#[test]
fn values_that_are_not_drawn_are_counted() {
    let plot = Plot::new("").y(Axis::new("y").log()).line("a", &[(0.0, 1.0), (1.0, -1.0), (2.0, f64::NAN), (3.0, 2.0)]);
    assert!(plot.svg().contains("2 values not shown: not finite, or not positive on a logarithmic axis."));
    let cloud: Vec<(f64, f64)> = (0..25_000).map(|i| (f64::from(i), f64::from(i % 7))).collect();
    let plot = Plot::new("").points("cloud", &cloud);
    assert!(plot.svg().contains("16,666 further points not drawn"));
    assert!(Bars::new("", ["a", "b"]).group("g", &[1.0, f64::INFINITY]).svg().contains("1 value without a bar"));
    assert!(HeatMap::new("", 1, 2, &[1.0, f64::NAN]).unwrap().svg().contains("1 value missing"));
}

#[test]
fn long_lines_keep_their_extremes() {
    let mut points: Vec<(f64, f64)> = (0..200_000).map(|i| (f64::from(i), 0.0)).collect();
    points[123_456].1 = 5.0;
    let svg = Plot::new("").line("spike", &points).height(200.0).svg();
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
    let without: Vec<(f64, f64)> = points.iter().map(|p| (p.0, 0.0)).collect();
    let path = |svg: &str| svg.split("class=\"stroke\"").nth(1).map(str::len);
    assert_ne!(path(&svg), path(&Plot::new("").line("spike", &without).height(200.0).svg()));
    // The spike reaches its height: 5 of a range of 0 to 5.25 (a twentieth is left free at either end, below as well).
    let parsed = Document::parse(&svg).unwrap();
    let d = parsed.descendants().find(|n| n.attribute("class") == Some("stroke") && n.has_tag_name("path")).unwrap();
    let top = d
        .attribute("d")
        .unwrap()
        .split(['M', 'L'])
        .filter_map(|p| p.split_once(' '))
        .map(|(_, y)| y.parse::<f64>().unwrap());
    let top = top.fold(f64::INFINITY, f64::min);
    assert!((top - 200.0 * 0.05 / 1.1).abs() < 0.1, "{top}");
}

#[test]
fn reports_are_written_whole() {
    let folder = std::env::temp_dir().join(format!("symbolon-draw-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("report.html");
    let report = Report::new("A").section("B").text("C");
    report.write(&file).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), report.html());
    assert!(report.write(folder.join("absent/report.html")).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}
