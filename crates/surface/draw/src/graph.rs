//! Graphs: circuits, lineage, attribution graphs, drawn in layers from top to bottom.

use std::collections::VecDeque;

use crate::drawing::{Drawing, Svg, heading, notes, usable};
use crate::error::DrawError;
use crate::layout::{Layout, Room, layered};
use crate::shapes::{LOOP, SIZE, measure, plus, shape, swing};
use crate::table::{Cell, Column, Table};
use crate::text::{count, significant, width as text_width};
use crate::xml::{Element, el, group, label, num};

/// What a node stands for; each kind has a shape of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Anything: a box with round corners.
    #[default]
    Plain,
    /// What is asked or concluded: a box with a strong outline.
    Goal,
    /// Given from outside: a fact, an input, a token. A lozenge with round ends.
    Leaf,
    /// A choice among exclusive values: a hexagon.
    Choice,
    /// All must hold; a product: a circle.
    And,
    /// One must hold; a sum: a diamond.
    Or,
    /// Read by a network: a box whose upper side is shorter.
    Network,
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub(crate) kind: Kind,
    pub(crate) label: String,
    pub(crate) detail: String,
    /// Edges to nodes that are not drawn.
    pub(crate) hidden: usize,
}

impl Node {
    /// A node with a label, which may take up to three lines.
    pub fn new(kind: Kind, label: impl Into<String>) -> Node {
        Node { kind, label: label.into(), detail: String::new(), hidden: 0 }
    }

    /// A product or conjunction.
    pub fn and() -> Node {
        Node::new(Kind::And, "∧")
    }

    /// A sum or disjunction.
    pub fn or() -> Node {
        Node::new(Kind::Or, "∨")
    }

    /// A second, quieter line: a probability, an activation.
    pub fn detail(mut self, detail: impl Into<String>) -> Node {
        self.detail = detail.into();
        self
    }
}

/// An edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    from: usize,
    to: usize,
    label: String,
    weight: Option<f64>,
    dashed: bool,
}

impl Edge {
    /// An edge between two nodes of a graph.
    pub fn new(from: usize, to: usize) -> Edge {
        Edge { from, to, label: String::new(), weight: None, dashed: false }
    }

    /// Words beside the edge.
    pub fn label(mut self, label: impl Into<String>) -> Edge {
        self.label = label.into();
        self
    }

    /// A strength: the edge is the thicker the larger its size, relative to the graph's strongest edge; dashed if negative.
    pub fn weight(mut self, weight: f64) -> Edge {
        self.weight = weight.is_finite().then_some(weight);
        self
    }

    /// Draws the edge dashed: a negation, an edge that was cut.
    pub fn dashed(mut self) -> Edge {
        self.dashed = true;
        self
    }
}

/// A directed graph.
///
/// ```
/// use symbolon_draw::{Drawing, Edge, Graph, Kind, Node};
/// let mut graph = Graph::new("Circuit of c :- a, b.");
/// let c = graph.node(Node::new(Kind::Goal, "c").detail("0.12"));
/// let and = graph.node(Node::and());
/// let leaves = [("a", "0.3"), ("b", "0.4")].map(|(name, p)| graph.node(Node::new(Kind::Leaf, name).detail(p)));
/// graph.edge(Edge::new(c, and))?;
/// for leaf in leaves {
///     graph.edge(Edge::new(and, leaf))?;
/// }
/// assert!(graph.svg().contains("0.12"));
/// # Ok::<(), symbolon_draw::DrawError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    title: String,
    description: Option<String>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    legend: Vec<(Kind, String)>,
    limit: usize,
}

impl Graph {
    /// An empty graph.
    pub fn new(title: impl Into<String>) -> Graph {
        Graph {
            title: title.into(),
            description: None,
            nodes: Vec::new(),
            edges: Vec::new(),
            legend: Vec::new(),
            limit: 120,
        }
    }

    /// Adds a node and returns its number.
    pub fn node(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds an edge between nodes that are there.
    pub fn edge(&mut self, edge: Edge) -> Result<(), DrawError> {
        for to in [edge.from, edge.to] {
            if to >= self.nodes.len() {
                let (what, rule) = ("edge from node", "both nodes must have been added before");
                return Err(DrawError::Reference { what, from: edge.from, to, rule });
            }
        }
        self.edges.push(edge);
        Ok(())
    }

    /// At most this many nodes are drawn (at least 1; 120 without this), those nearest to the sources. How many
    /// more there are stands below them, and at each node how many of its edges lead there.
    pub fn limit(mut self, nodes: usize) -> Graph {
        self.limit = nodes.max(1);
        self
    }

    /// Explains a shape in the legend.
    pub fn explain(mut self, kind: Kind, meaning: impl Into<String>) -> Graph {
        self.legend.push((kind, meaning.into()));
        self
    }

    /// A description in place of the one made from the graph.
    pub fn describe(mut self, text: impl Into<String>) -> Graph {
        self.description = Some(text.into());
        self
    }

    /// The graph as it is drawn, and how many nodes were left out.
    fn shown(&self) -> (Vec<Node>, Vec<Edge>, usize) {
        let n = self.nodes.len();
        if n <= self.limit {
            return (self.nodes.clone(), self.edges.clone(), 0);
        }
        let mut out = vec![Vec::new(); n];
        let mut source = vec![true; n];
        for edge in self.edges.iter().filter(|e| e.from != e.to) {
            out[edge.from].push(edge.to);
            source[edge.to] = false;
        }
        // Breadth first from the sources; what only cycles lead to comes last.
        let mut number = vec![None; n];
        let mut kept = Vec::new();
        let mut queue = VecDeque::new();
        queue.extend((0..n).filter(|&v| source[v]));
        for start in 0..n {
            while let Some(v) = queue.pop_front() {
                if number[v].is_none() && kept.len() < self.limit {
                    number[v] = Some(kept.len());
                    kept.push(v);
                    queue.extend(&out[v]);
                }
            }
            queue.push_back(start);
        }
        let left_out = n - kept.len();
        let mut nodes: Vec<Node> = kept.iter().map(|&v| self.nodes[v].clone()).collect();
        let mut edges = Vec::new();
        for edge in &self.edges {
            match (number[edge.from], number[edge.to]) {
                (Some(from), Some(to)) => edges.push(Edge { from, to, ..edge.clone() }),
                (Some(from), None) => nodes[from].hidden += 1,
                _ => {}
            }
        }
        (nodes, edges, left_out)
    }
}

impl Graph {
    /// The edge and its words, in a drawing of this width.
    fn draw_edge(
        edge: &Edge,
        route: &[(f64, f64)],
        strongest: f64,
        shift: (f64, f64),
        width: f64,
    ) -> (Element, Option<Element>) {
        let mut points: Vec<(f64, f64)> = route.iter().map(|p| (p.0 + shift.0, p.1 + shift.1)).collect();
        let thickness = edge.weight.map_or(1.4, |w| 1.0 + 4.0 * (w.abs() / strongest).clamp(0.0, 1.0));
        let mut drawn = group("");
        let size = 5.0 + thickness * 0.8;
        let last = points.len() - 1;
        let (x, y) = points[last];
        // The head takes the place of the last few pixels.
        let direction = if points[last - 1].1 <= y { 1.0 } else { -1.0 };
        points[last].1 -= direction * size;
        let dashed = edge.dashed || edge.weight.is_some_and(|w| w < 0.0);
        let path = el("path").at("d", swing(&points)).class(if dashed { "edge dashed" } else { "edge" });
        drawn.push(if edge.weight.is_some() {
            path.at("style", format!("stroke-width:{}", num(thickness)))
        } else {
            path
        });
        let (base, half) = (y - direction * size, size * 0.45);
        let head = format!("{},{} {},{} {},{}", num(x), num(y), num(x - half), num(base), num(x + half), num(base));
        drawn.push(el("polygon").at("points", head).class("head"));
        let words = match (edge.label.is_empty(), edge.weight) {
            (true, Some(w)) => significant(w, 2),
            _ => edge.label.clone(),
        };
        let words = crate::text::fit(&words, 12.0, 120.0);
        // Beside the middle of the first swing, where edges of a node have parted but not yet met others.
        let at = points
            .windows(2)
            .find(|w| (w[1].1 - w[0].1).abs() > 20.0)
            .map(|w| ((w[0].0 + w[1].0) / 2.0, (w[0].1 + w[1].1) / 2.0));
        let words = at.filter(|_| !words.is_empty()).map(|(x, y)| {
            let right = x + thickness / 2.0 + 4.0;
            if right + text_width(&words, 12.0) <= width {
                label(right, y + 4.0, "start", "edge-label", &words)
            } else {
                label(x - thickness / 2.0 - 4.0, y + 4.0, "end", "edge-label", &words)
            }
        });
        (drawn, words)
    }

    fn draw_node(&self, node: &Node, place: (f64, f64)) -> Element {
        let (lines, details, room) = measure(node);
        let mut drawn = group("").child(shape(node.kind, place, (room.width, room.height)));
        let rows = (lines.len() * 17 + details.len() * 16) as f64;
        let mut y = place.1 - rows / 2.0;
        for line in &lines {
            y += 17.0;
            let class = if node.kind == Kind::Goal { "b" } else { "" };
            drawn.push(label(place.0, y - 4.0, "middle", class, line));
        }
        for line in &details {
            y += 16.0;
            drawn.push(label(place.0, y - 4.0, "middle", "small muted", line));
        }
        if node.hidden > 0 {
            let x = place.0 + room.width / 2.0 - if room.ports == 0.0 { room.width * 0.18 } else { 0.0 };
            drawn.push(label(x, place.1 + room.height / 2.0 + 3.0, "start", "edge-label", &plus(node)));
        }
        let full = if node.detail.is_empty() { node.label.clone() } else { format!("{}\n{}", node.label, node.detail) };
        drawn.tip(&full)
    }

    fn layout(nodes: &[Node], edges: &[Edge]) -> Layout {
        let mut rooms: Vec<Room> = nodes.iter().map(|n| measure(n).2).collect();
        // Loops, and the number of edges that are not drawn, stand at the side of their node.
        let mut sides: Vec<f64> =
            nodes.iter().map(|n| if n.hidden > 0 { text_width(&plus(n), 12.0) } else { 0.0 }).collect();
        edges.iter().filter(|e| e.from == e.to).for_each(|e| sides[e.from] = sides[e.from].max(LOOP));
        rooms.iter_mut().zip(&sides).for_each(|(room, side)| room.width += side * 2.0);
        let pairs: Vec<(usize, usize)> = edges.iter().map(|e| (e.from, e.to)).collect();
        layered(&rooms, &pairs)
    }
}

impl Drawing for Graph {
    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        if let Some(text) = &self.description {
            return text.clone();
        }
        let mut text =
            format!("Graph with {} and {}.", count(self.nodes.len(), "node"), count(self.edges.len(), "edge"));
        let mut target = vec![false; self.nodes.len()];
        self.edges.iter().filter(|e| e.from != e.to).for_each(|e| target[e.to] = true);
        let sources: Vec<&str> =
            self.nodes.iter().zip(&target).filter(|(_, t)| !**t).map(|(n, _)| n.label.as_str()).collect();
        if !sources.is_empty() {
            text.push_str(&format!(" On top: {}", sources[..sources.len().min(8)].join(", ")));
            text.push_str(if sources.len() > 8 { " and others." } else { "." });
        }
        text
    }

    fn natural_width(&self) -> f64 {
        let (nodes, edges, _) = self.shown();
        let title = text_width(&self.title, 16.0).min(420.0);
        Graph::layout(&nodes, &edges).width.max(title).clamp(200.0, 4000.0)
    }

    fn draw(&self, width: f64) -> Svg {
        let (nodes, edges, left_out) = self.shown();
        let layout = Graph::layout(&nodes, &edges);
        let width = usable(width).max(layout.width);
        let mut body = Vec::new();
        let mut y = heading(&mut body, &self.title, width.min(640.0));
        let mut x = 0.0;
        for (kind, meaning) in &self.legend {
            let text = crate::text::fit(meaning, 13.0, width - 40.0);
            let needs = 32.0 + text_width(&text, 13.0) + 18.0;
            if x > 0.0 && x + needs - 18.0 > width {
                x = 0.0;
                y += 22.0;
            }
            let square = matches!(kind, Kind::And | Kind::Or);
            body.push(shape(
                *kind,
                (x + 13.0, y + 9.0),
                (if square { 17.0 } else { 24.0 }, if square { 17.0 } else { 13.0 }),
            ));
            body.push(label(x + 32.0, y + 13.5, "start", "", &text));
            x += needs;
        }
        y += if self.legend.is_empty() { 4.0 } else { 32.0 };
        let shift = (((width - layout.width) / 2.0).max(0.0), y);
        let strongest = edges.iter().filter_map(|e| e.weight).map(f64::abs).fold(1e-300, f64::max);
        let (mut lines, mut words) = (group("edges"), Vec::new());
        for (edge, route) in edges.iter().zip(&layout.routes) {
            if route.len() >= 2 {
                let (drawn, word) = Graph::draw_edge(edge, route, strongest, shift, width);
                lines.push(drawn);
                words.extend(word);
            } else {
                // From a node to itself: a loop at its right side, inside the room that the layout left there.
                let (cx, cy) = layout.nodes[edge.from];
                let right = cx + measure(&nodes[edge.from]).2.width / 2.0 + shift.0 - 2.0;
                let cy = cy + shift.1;
                let d = format!("M{} {}c14 -8 14 20 0 12", num(right), num(cy - 6.0));
                lines.push(el("path").at("d", d).class("edge"));
                let (x, y) = (right + 1.0, cy + 6.0);
                let head = format!(
                    "{},{} {},{} {},{}",
                    num(x),
                    num(y),
                    num(x + 5.0),
                    num(y - 4.5),
                    num(x + 6.0),
                    num(y + 1.5)
                );
                lines.push(el("polygon").at("points", head).class("head"));
            }
        }
        body.push(lines);
        let nodes = nodes.iter().zip(&layout.nodes).map(|(n, p)| self.draw_node(n, (p.0 + shift.0, p.1 + shift.1)));
        body.push(group("nodes").children(nodes));
        body.extend(words);
        let mut remarks = Vec::new();
        let mut bottom = y + layout.height + 6.0;
        if left_out > 0 {
            let text = count(left_out, "more node");
            let room = (text_width(&text, SIZE) + 22.0, 26.0);
            let place = (width / 2.0, bottom + 22.0);
            body.push(
                crate::xml::rect(place.0 - room.0 / 2.0, place.1 - room.1 / 2.0, room.0, room.1)
                    .at("rx", 6.0)
                    .class("shape more"),
            );
            body.push(label(place.0, place.1 + 4.5, "middle", "", &text));
            bottom += 40.0;
            let shown = count(self.nodes.len() - left_out, "node");
            remarks.push(format!(
                "{shown} of {} shown; +2 at a node: two of its edges lead to nodes not shown.",
                self.nodes.len()
            ));
        }
        if self.nodes.is_empty() {
            remarks.push("No nodes.".into());
        }
        let height = notes(&mut body, &remarks, width, bottom);
        Svg { width, height: height + 4.0, body }
    }

    fn numbers(&self) -> Option<Table> {
        let mut table = Table::new("").column(Column::text("from")).column(Column::text("to"));
        let (labels, weights) =
            (self.edges.iter().any(|e| !e.label.is_empty()), self.edges.iter().any(|e| e.weight.is_some()));
        if labels {
            table = table.column(Column::text("label"));
        }
        if weights {
            table = table.column(Column::number("strength"));
        }
        let name = |v: usize| {
            let node = &self.nodes[v];
            let text =
                if node.detail.is_empty() { node.label.clone() } else { format!("{} ({})", node.label, node.detail) };
            // Gates share their labels: the number tells them apart.
            if matches!(node.kind, Kind::And | Kind::Or) { format!("{text} #{v}") } else { text }
        };
        let row = |e: &Edge| {
            let mut cells: Vec<Cell> = vec![name(e.from).into(), name(e.to).into()];
            if labels {
                cells.push(e.label.as_str().into());
            }
            if weights {
                cells.push(e.weight.map_or(Cell::Empty, Cell::Number));
            }
            cells
        };
        (!self.edges.is_empty()).then(|| table.extend(self.edges.iter().map(row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_graphs_say_what_is_missing() {
        let mut graph = Graph::new("chain").limit(10);
        let first = graph.node(Node::new(Kind::Goal, "n0"));
        let mut before = first;
        for i in 1..1000 {
            let next = graph.node(Node::new(Kind::Plain, format!("n{i}")));
            graph.edge(Edge::new(before, next)).unwrap();
            before = next;
        }
        let (nodes, edges, left_out) = graph.shown();
        assert_eq!((nodes.len(), edges.len(), left_out), (10, 9, 990));
        assert_eq!(nodes.iter().map(|n| n.hidden).sum::<usize>(), 1);
        let svg = graph.svg();
        assert!(svg.contains("990 more nodes") && svg.contains("10 nodes of 1000 shown"));
        assert!(!svg.contains("n10<"));
    }

    #[test]
    fn breadth_first_from_all_sources() {
        // Two roots with three children each; five nodes are kept: both roots first.
        let mut graph = Graph::new("").limit(5);
        for i in 0..2 {
            let root = graph.node(Node::new(Kind::Goal, format!("root{i}")));
            for j in 0..3 {
                let child = graph.node(Node::new(Kind::Leaf, format!("leaf{i}{j}")));
                graph.edge(Edge::new(root, child)).unwrap();
            }
        }
        let labels: Vec<String> = graph.shown().0.into_iter().map(|n| n.label).collect();
        assert_eq!(labels, ["root0", "root1", "leaf00", "leaf01", "leaf02"]);
    }

    #[test]
    fn wrong_edges_are_refused() {
        let mut graph = Graph::new("");
        let a = graph.node(Node::and());
        let error = graph.edge(Edge::new(a, 7)).unwrap_err();
        assert_eq!(error.to_string(), "edge from node 0 points to 7, but both nodes must have been added before");
    }
}
