//! Proofs: how a conclusion follows, as text for a terminal, as a tree that opens and closes in a page, and as a drawing.
//!
//! ```text
//! path(a,c)   0.56
//! ├─ by path(X,Y) :- edge(X,Z), path(Z,Y).
//! ├─ edge(a,b)   0.8   fact
//! └─ path(b,c)   0.7
//!    ├─ by path(X,Y) :- edge(X,Y).
//!    └─ edge(b,c)   0.7   fact
//! ```
//!
//! A proof is a list of steps, each of which names the steps it needs; shared steps are shown in full once and referred to after
//! that. Proofs may be as deep and as large as they like: what is shown is bounded, and says how much is not shown.

use crate::error::DrawError;
use crate::graph::{Edge, Graph, Kind, Node};
use crate::text::count;
use crate::xml::{Element, el};

/// Levels that are shown.
const DEEPEST: usize = 60;
/// Steps that are shown.
const MOST: usize = 2000;

/// What makes a step hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Because {
    /// It follows from other steps.
    #[default]
    Derived,
    /// It is given.
    Fact,
    /// A choice came out this way.
    Choice,
    /// A network reads it so.
    Network,
    /// It cannot be proved.
    Absent,
}

impl Because {
    /// The word that is shown; nothing for what is derived.
    fn word(self) -> &'static str {
        match self {
            Because::Derived => "",
            Because::Fact => "fact",
            Because::Choice => "choice",
            Because::Network => "network",
            Because::Absent => "not provable",
        }
    }
}

/// A step of a proof.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// What holds.
    pub text: String,
    /// The rule that was used.
    pub rule: Option<String>,
    /// Its probability or weight, as it is to be read.
    pub weight: Option<String>,
    /// What makes it hold.
    pub because: Because,
    /// The steps it needs: each comes later in the list.
    pub needs: Vec<usize>,
}

impl Step {
    /// A derived step.
    pub fn new(text: impl Into<String>, needs: impl IntoIterator<Item = usize>) -> Step {
        Step { text: text.into(), needs: needs.into_iter().collect(), ..Step::default() }
    }

    /// A step that needs no others.
    pub fn leaf(because: Because, text: impl Into<String>) -> Step {
        Step { text: text.into(), because, ..Step::default() }
    }

    /// The rule that was used.
    pub fn rule(mut self, rule: impl Into<String>) -> Step {
        self.rule = Some(rule.into());
        self
    }

    /// A probability or weight.
    pub fn weight(mut self, weight: impl Into<String>) -> Step {
        self.weight = Some(weight.into());
        self
    }

    fn tail(&self) -> String {
        let mut tail = String::new();
        if let Some(weight) = &self.weight {
            tail.push_str("   ");
            tail.push_str(weight);
        }
        if !self.because.word().is_empty() {
            tail.push_str("   ");
            tail.push_str(self.because.word());
        }
        tail
    }
}

/// A proof. Step 0 is what is proved.
///
/// ```
/// use symbolon_draw::{Because, Proof, Step};
/// let proof = Proof::new(vec![
///     Step::new("addition(a, b, 7)", [1, 2]).weight("0.95"),
///     Step::leaf(Because::Network, "digit(a, 3)").weight("0.97"),
///     Step::leaf(Because::Network, "digit(b, 4)").weight("0.98"),
/// ])?;
/// assert!(proof.text().ends_with("└─ digit(b, 4)   0.98   network\n"));
/// # Ok::<(), symbolon_draw::DrawError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    steps: Vec<Step>,
}

/// A step as it is shown: where, how deep, and in what way.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    depth: usize,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    /// A step, with the number of lines below it.
    Step(usize),
    /// A step that was shown before.
    Again(usize),
    /// This many steps are not shown.
    More(usize),
}

impl Proof {
    /// A proof from its steps, which may only need steps that come later in the list.
    pub fn new(steps: Vec<Step>) -> Result<Proof, DrawError> {
        for (from, step) in steps.iter().enumerate() {
            if let Some(&to) = step.needs.iter().find(|&&to| to <= from || to >= steps.len()) {
                let rule = "a step needs steps that come later in the list";
                return Err(DrawError::Reference { what: "proof step", from, to, rule });
            }
        }
        Ok(Proof { steps })
    }

    /// What is proved.
    pub fn goal(&self) -> &str {
        self.steps.first().map_or("", |s| s.text.as_str())
    }

    /// The steps in the order in which they are shown, depth first.
    fn shown(&self) -> Vec<Shown> {
        let mut shown = Vec::new();
        let mut seen = vec![false; self.steps.len()];
        let mut stack: Vec<(usize, usize)> = if self.steps.is_empty() { Vec::new() } else { vec![(0, 0)] };
        while let Some((i, depth)) = stack.pop() {
            let step = &self.steps[i];
            if seen[i] && !step.needs.is_empty() {
                shown.push(Shown { depth, what: What::Again(i) });
                continue;
            }
            if shown.len() >= MOST || depth >= DEEPEST && !step.needs.is_empty() {
                let hidden = self.unseen(i, &mut seen);
                if hidden > 0 {
                    shown.push(Shown { depth, what: What::More(hidden) });
                }
                continue;
            }
            seen[i] = true;
            shown.push(Shown { depth, what: What::Step(i) });
            stack.extend(step.needs.iter().rev().map(|&n| (n, depth + 1)));
        }
        // Neighbouring marks of missing steps become one.
        let mut merged: Vec<Shown> = Vec::with_capacity(shown.len());
        for next in shown {
            if let (What::More(n), Some(Shown { what: What::More(before), depth })) = (&next.what, merged.last_mut())
                && *depth >= next.depth
            {
                *before += n;
                *depth = next.depth;
                continue;
            }
            merged.push(next);
        }
        merged
    }

    /// Marks the steps below (and including) one as seen; returns how many were new.
    fn unseen(&self, from: usize, seen: &mut [bool]) -> usize {
        let mut new = 0;
        let mut stack = vec![from];
        while let Some(i) = stack.pop() {
            if !std::mem::replace(&mut seen[i], true) {
                new += 1;
                stack.extend(&self.steps[i].needs);
            }
        }
        new
    }

    /// The proof in characters.
    pub fn text(&self) -> String {
        let shown = self.shown();
        let mut out = String::new();
        // For each level above: whether more siblings follow at it.
        let mut open: Vec<bool> = Vec::new();
        for (k, line) in shown.iter().enumerate() {
            let last = !follows(&shown, k);
            open.truncate(line.depth.saturating_sub(1));
            if line.depth > 0 {
                let prefix: String = open.iter().map(|&o| if o { "│  " } else { "   " }).collect();
                out.push_str(&prefix);
                out.push_str(if last { "└─ " } else { "├─ " });
                open.push(!last);
            }
            match line.what {
                What::Step(i) => {
                    let step = &self.steps[i];
                    out.push_str(&one_line(&step.text));
                    out.push_str(&one_line(&step.tail()));
                    if let Some(rule) = &step.rule {
                        let prefix: String = open.iter().map(|&o| if o { "│  " } else { "   " }).collect();
                        let below = if step.needs.is_empty() { "└─" } else { "├─" };
                        out.push_str(&format!("\n{prefix}{below} by {}", one_line(rule)));
                    }
                }
                What::Again(i) => out.push_str(&format!("{}   (shown above)", one_line(&self.steps[i].text))),
                What::More(n) => out.push_str(&format!("… {}", count(n, "more step"))),
            }
            out.push('\n');
        }
        out
    }

    /// The proof as nested lists for a page: steps that need others open and close, the first `open` levels are open.
    pub fn html(&self, open: usize) -> Element {
        let shown = self.shown();
        // Items of each open level; closing a level puts its list into the item that began it.
        let mut levels: Vec<Vec<Element>> = vec![Vec::new()];
        let mut waiting: Vec<(Element, Element)> = Vec::new();
        let close = |levels: &mut Vec<Vec<Element>>, waiting: &mut Vec<(Element, Element)>, depth: usize| {
            while waiting.len() > depth {
                if let (Some(items), Some((details, summary))) = (levels.pop(), waiting.pop()) {
                    let details = details.child(summary).child(el("ul").children(items));
                    if let Some(level) = levels.last_mut() {
                        level.push(el("li").child(details));
                    }
                }
            }
        };
        for line in &shown {
            close(&mut levels, &mut waiting, line.depth);
            let item = match line.what {
                What::Step(i) => {
                    let step = &self.steps[i];
                    let mut said = vec![el("code").text(&step.text)];
                    if let Some(weight) = &step.weight {
                        said.push(el("span").class("weight").text(weight));
                    }
                    if !step.because.word().is_empty() {
                        said.push(el("span").class("because").text(step.because.word()));
                    }
                    if let Some(rule) = &step.rule {
                        said.push(el("span").class("by").text("by ").child(el("code").text(rule)));
                    }
                    let said = spaced(said);
                    if step.needs.is_empty() {
                        said(el("li"))
                    } else {
                        let details = el("details");
                        let details = if line.depth < open { details.at("open", "open") } else { details };
                        waiting.push((details, said(el("summary"))));
                        levels.push(Vec::new());
                        continue;
                    }
                }
                What::Again(i) => el("li")
                    .child(el("code").text(&self.steps[i].text))
                    .text(" ")
                    .child(el("span").class("because").text("shown above")),
                What::More(n) => {
                    el("li").child(el("span").class("because").text(&format!("… {}", count(n, "more step"))))
                }
            };
            if let Some(level) = levels.last_mut() {
                level.push(item);
            }
        }
        close(&mut levels, &mut waiting, 0);
        el("ul").class("proof").children(levels.pop().unwrap_or_default())
    }

    /// The proof as a drawing in layers, with shared steps drawn once.
    pub fn graph(&self, title: impl Into<String>) -> Graph {
        let mut graph = Graph::new(title);
        for (i, step) in self.steps.iter().enumerate() {
            let kind = match step.because {
                _ if i == 0 => Kind::Goal,
                Because::Derived => Kind::Plain,
                Because::Fact | Because::Absent => Kind::Leaf,
                Because::Choice => Kind::Choice,
                Because::Network => Kind::Network,
            };
            let detail = [step.weight.as_deref().unwrap_or(""), step.because.word()];
            let detail: Vec<&str> = detail.into_iter().filter(|d| !d.is_empty()).collect();
            graph.node(Node::new(kind, &step.text).detail(detail.join(" · ")));
        }
        for (from, step) in self.steps.iter().enumerate() {
            for &to in &step.needs {
                // References were checked when the proof was made.
                let _ = graph.edge(Edge::new(from, to));
            }
        }
        graph
    }
}

/// Whether a sibling of line `k` comes later. Deeper lines in between are its descendants.
fn follows(shown: &[Shown], k: usize) -> bool {
    let depth = shown[k].depth;
    shown[k + 1..].iter().find(|s| s.depth <= depth).is_some_and(|s| s.depth == depth)
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Puts parts into an element with spaces between them.
fn spaced(parts: Vec<Element>) -> impl FnOnce(Element) -> Element {
    move |mut into| {
        for (i, part) in parts.into_iter().enumerate() {
            if i > 0 {
                into = into.text(" ");
            }
            into = into.child(part);
        }
        into
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path() -> Proof {
        Proof::new(vec![
            Step::new("path(a,c)", [1, 2]).rule("path(X,Y) :- edge(X,Z), path(Z,Y).").weight("0.56"),
            Step::leaf(Because::Fact, "edge(a,b)").weight("0.8"),
            Step::new("path(b,c)", [3]).rule("path(X,Y) :- edge(X,Y)."),
            Step::leaf(Because::Fact, "edge(b,c)").weight("0.7"),
        ])
        .unwrap()
    }

    #[test]
    fn as_text() {
        let text = "path(a,c)   0.56\n├─ by path(X,Y) :- edge(X,Z), path(Z,Y).\n├─ edge(a,b)   0.8   fact\n└─ path(b,c)\n   ├─ by path(X,Y) :- edge(X,Y).\n   └─ edge(b,c)   0.7   fact\n";
        assert_eq!(path().text(), text);
    }

    #[test]
    fn as_a_tree_that_opens() {
        let page = path().html(1).render();
        let parsed = roxmltree::Document::parse(&page).unwrap();
        let details: Vec<_> = parsed.descendants().filter(|n| n.has_tag_name("details")).collect();
        assert_eq!(details.iter().map(|d| d.has_attribute("open")).collect::<Vec<_>>(), [true, false]);
        assert_eq!(parsed.descendants().filter(|n| n.has_tag_name("li")).count(), 4);
    }

    #[test]
    fn shared_steps_are_shown_once() {
        let step = |i: usize, needs: Vec<usize>| Step::new(format!("s{i}"), needs);
        let proof = Proof::new(vec![
            step(0, vec![1, 2]),
            step(1, vec![3]),
            step(2, vec![3]),
            step(3, vec![4]),
            step(4, vec![]),
        ])
        .unwrap();
        assert_eq!(proof.text().matches("s3\n").count(), 1);
        assert!(proof.text().contains("s3   (shown above)"));
    }

    #[test]
    fn deep_and_wide_proofs_are_cut() {
        let n = 100_000;
        let deep =
            Proof::new((0..n).map(|i| Step::new(format!("s{i}"), (i + 1 < n).then_some(i + 1))).collect()).unwrap();
        assert!(deep.text().ends_with("… 99940 more steps\n".replace("99940", "99,940").as_str()), "{}", deep.text());
        assert!(deep.html(3).render().contains("99,940 more steps"));
        let wide =
            Proof::new((0..n).map(|i| Step::new(format!("s{i}"), if i == 0 { 1..n } else { 0..0 })).collect()).unwrap();
        assert!(wide.text().ends_with("└─ … 98,000 more steps\n"));
    }

    #[test]
    fn circular_proofs_are_refused() {
        let error = Proof::new(vec![Step::new("a", [0])]).unwrap_err();
        assert_eq!(error.to_string(), "proof step 0 points to 0, but a step needs steps that come later in the list");
        assert_eq!(Proof::new(vec![]).unwrap().text(), "");
    }

    proptest! {
        #[test]
        fn every_step_is_shown_or_counted(needs in prop::collection::vec(prop::collection::vec(1usize..6, 0..4), 1..40)) {
            let n = needs.len();
            let steps: Vec<Step> = needs.iter().enumerate().map(|(i, ds)| {
                Step::new(format!("s{i}"), ds.iter().map(|d| i + d).filter(|&t| t < n))
            }).collect();
            let proof = Proof::new(steps).unwrap();
            let mut reachable = vec![false; n];
            let count = proof.unseen(0, &mut reachable);
            let mut steps: Vec<usize> = proof.shown().iter().filter_map(|s| match s.what { What::Step(i) => Some(i), _ => None }).collect();
            steps.sort_unstable();
            steps.dedup();
            prop_assert_eq!(steps.len(), count);
            let page = proof.html(2).render();
            prop_assert!(roxmltree::Document::parse(&page).is_ok());
            prop_assert_eq!(page.matches("<li>").count(), proof.shown().len());
        }
    }
}
