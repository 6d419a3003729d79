//! Why: a proof as a tree that a person can read.
//!
//! A proof says which choices were made ([`Held`]); this module finds how the rules lead from them to an atom and lays the
//! derivation out as a tree. It needs a traced lineage ([`crate::ground::Options::trace`]), which keeps certain atoms and the
//! rules that were used.
//!
//! ```text
//! path(a,c)
//! ├─ by path(X,Y) :- edge(X,Z), path(Z,Y).   [graph.pl:5]
//! ├─ edge(a,b)   0.8
//! └─ path(b,c)
//!    ├─ by path(X,Y) :- edge(X,Y).   [graph.pl:4]
//!    └─ edge(b,c)   0.7
//! ```

use std::fmt;

use crate::diag::Sources;
use crate::lineage::{ChoiceId, Lineage, Lit, Node, NodeId};
use crate::program::{ClauseId, Program};
use crate::term::TermStore;

/// What a proof says about one value of a choice.
pub type Held<'a> = dyn Fn(ChoiceId, u32) -> Option<bool> + 'a;

/// A derivation. Node 0 is the root; children come after their parents.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step of a derivation.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is concluded here.
    pub reason: Reason,
    /// What it rests on: indices into [`Tree::steps`].
    pub needs: Vec<usize>,
}

/// Why a step holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An atom, by this rule (`None`: given as a fact, or by an auxiliary step).
    Atom(NodeId, Option<ClauseId>),
    /// A choice takes this value.
    Choice(ChoiceId, u32),
    /// A choice does not take this value.
    Avoided(ChoiceId, u32),
    /// An atom that cannot be proved under these choices.
    Absent(NodeId),
    /// An atom that is derived elsewhere in the tree.
    Above(NodeId),
}

/// How the rules lead from the choices of a proof to `goal`. `None` if they do not.
pub fn derive(lineage: &Lineage, goal: Lit, held: &Held<'_>) -> Option<Tree> {
    let model = Model::of(lineage, held);
    model.holds(lineage, goal, held).then(|| model.tree(lineage, goal))
}

/// What surely holds and what possibly holds, whatever the open choices turn out to be.
struct Model {
    /// For each node the order in which it was found to hold surely; `u32::MAX` if it was not.
    rank: Vec<u32>,
    possible: Vec<bool>,
}

impl Model {
    /// Alternating fixpoint (Van Gelder 1989): the surely true atoms bound the possibly true ones and the other way round.
    fn of(lineage: &Lineage, held: &Held<'_>) -> Model {
        let n = lineage.nodes.len();
        let parents = parents(lineage);
        let mut sure: Vec<u32> = vec![u32::MAX; n];
        loop {
            let possible =
                least(lineage, &parents, &|c, v| held(c, v) != Some(false), &|a| sure[a.0 as usize] == u32::MAX);
            let possible: Vec<bool> = possible.iter().map(|&r| r != u32::MAX).collect();
            let next = least(lineage, &parents, &|c, v| held(c, v) == Some(true), &|a| !possible[a.0 as usize]);
            let stable = next.iter().zip(&sure).all(|(a, b)| (*a == u32::MAX) == (*b == u32::MAX));
            sure = next;
            if stable {
                return Model { rank: sure, possible };
            }
        }
    }

    fn sure(&self, node: NodeId) -> bool {
        self.rank[node.0 as usize] != u32::MAX
    }

    fn holds(&self, lineage: &Lineage, lit: Lit, held: &Held<'_>) -> bool {
        match (lit.is_neg(), lineage.node(lit.node())) {
            (true, Node::Choice(c, v)) => held(*c, *v) == Some(false),
            (true, _) => !self.possible[lit.node().0 as usize],
            (false, _) => self.sure(lit.node()),
        }
    }

    fn tree(&self, lineage: &Lineage, goal: Lit) -> Tree {
        let mut tree = Tree::default();
        let mut placed = rustc_hash::FxHashSet::default();
        let mut work = vec![(goal, None)];
        while let Some((lit, parent)) = work.pop() {
            let id = tree.steps.len();
            if let Some(p) = parent {
                let parent: &mut Step = &mut tree.steps[p];
                parent.needs.push(id);
            }
            let node = lit.node();
            let (reason, needs) = match (lit.is_neg(), lineage.node(node)) {
                (true, Node::Choice(c, v)) => (Reason::Avoided(*c, *v), Vec::new()),
                (true, _) => (Reason::Absent(node), Vec::new()),
                (false, Node::Choice(c, v)) => (Reason::Choice(*c, *v), Vec::new()),
                (false, _) if !placed.insert(node) => (Reason::Above(node), Vec::new()),
                (false, _) => self.step(lineage, node),
            };
            tree.steps.push(Step { reason, needs: Vec::new() });
            work.extend(needs.into_iter().rev().map(|l| (l, Some(id))));
        }
        tree
    }

    /// The proof of an atom that was complete first: its parts have smaller ranks, so trees end.
    fn step(&self, lineage: &Lineage, node: NodeId) -> (Reason, Vec<Lit>) {
        let Node::Atom { proofs, .. } = lineage.node(node) else {
            let needs = match lineage.node(node) {
                Node::Proof { needs, .. } => needs.to_vec(),
                _ => Vec::new(),
            };
            return (Reason::Atom(node, None), needs);
        };
        let rank = |l: &Lit| if l.is_neg() { 0 } else { self.rank[l.node().0 as usize] };
        match proofs.iter().min_by_key(|l| rank(l)) {
            Some(&proof) => match lineage.node(proof.node()) {
                Node::Proof { rule, needs } if !proof.is_neg() => (Reason::Atom(node, *rule), needs.to_vec()),
                Node::True => (Reason::Atom(node, None), Vec::new()),
                _ => (Reason::Atom(node, None), vec![proof]),
            },
            None => (Reason::Atom(node, None), Vec::new()),
        }
    }
}

/// For each node the nodes that use it positively.
fn parents(lineage: &Lineage) -> Vec<Vec<u32>> {
    let mut parents = vec![Vec::new(); lineage.nodes.len()];
    for (i, node) in lineage.nodes.iter().enumerate() {
        let uses: &[Lit] = match node {
            Node::Atom { proofs, .. } => proofs,
            Node::Proof { needs, .. } => needs,
            _ => &[],
        };
        for l in uses.iter().filter(|l| !l.is_neg()) {
            parents[l.node().0 as usize].push(i as u32);
        }
    }
    parents
}

/// The least model for fixed truth of choices and of negated atoms, as the order of derivation.
fn least(
    lineage: &Lineage,
    parents: &[Vec<u32>],
    choice: &dyn Fn(ChoiceId, u32) -> bool,
    negated: &dyn Fn(NodeId) -> bool,
) -> Vec<u32> {
    let negative = |l: Lit| match lineage.node(l.node()) {
        Node::True => false,
        Node::Choice(c, v) => !choice(*c, *v),
        _ => negated(l.node()),
    };
    let mut rank = vec![u32::MAX; lineage.nodes.len()];
    let mut missing = vec![0u32; lineage.nodes.len()];
    let mut queue = Vec::new();
    for (i, node) in lineage.nodes.iter().enumerate() {
        let ready = match node {
            Node::True => true,
            Node::Choice(c, v) => choice(*c, *v),
            Node::Atom { proofs, .. } => proofs.iter().any(|&l| l.is_neg() && negative(l)),
            Node::Proof { needs, .. } => {
                let blocked = needs.iter().any(|&l| l.is_neg() && !negative(l));
                missing[i] = if blocked { u32::MAX } else { needs.iter().filter(|l| !l.is_neg()).count() as u32 };
                missing[i] == 0
            }
        };
        if ready {
            queue.push(i as u32);
        }
    }
    let mut next = 0;
    let mut at = 0;
    // First in, first out: short derivations come before long ones.
    while at < queue.len() {
        let i = queue[at] as usize;
        at += 1;
        if rank[i] != u32::MAX {
            continue;
        }
        rank[i] = next;
        next += 1;
        for &p in &parents[i] {
            match &lineage.nodes[p as usize] {
                Node::Atom { .. } => queue.push(p),
                Node::Proof { .. } if missing[p as usize] != u32::MAX => {
                    missing[p as usize] -= 1;
                    if missing[p as usize] == 0 {
                        queue.push(p);
                    }
                }
                _ => {}
            }
        }
    }
    rank
}

/// All that is needed to show a [`Tree`] as text.
pub struct Shown<'a> {
    /// The tree.
    pub tree: &'a Tree,
    /// The lineage it was derived from.
    pub lineage: &'a Lineage,
    /// The program, for its rules.
    pub program: &'a Program,
    /// The texts, for the rules as written.
    pub sources: &'a Sources,
    /// The terms.
    pub terms: &'a TermStore,
    /// The probability of a value of a choice.
    pub weight: &'a dyn Fn(ChoiceId, u32) -> f64,
    /// Show at most this many steps.
    pub limit: usize,
}

impl Shown<'_> {
    fn atom(&self, node: NodeId) -> Option<String> {
        match self.lineage.node(node) {
            Node::Atom { term: Some(t), .. } => Some(self.terms.display(*t).to_string()),
            _ => None,
        }
    }

    fn value(&self, choice: ChoiceId, value: u32) -> String {
        self.lineage.value_text(self.terms, choice, value)
    }

    /// One step as a line; `None` for steps that only pass on (auxiliary atoms).
    fn line(&self, step: &Step) -> Option<String> {
        match step.reason {
            Reason::Choice(c, v) => Some(format!("{}   {}", self.value(c, v), shown((self.weight)(c, v)))),
            Reason::Avoided(c, v) => Some(format!("\\+ {}   {}", self.value(c, v), shown(1.0 - (self.weight)(c, v)))),
            Reason::Absent(n) => Some(match self.atom(n) {
                Some(atom) => format!("\\+ {atom}"),
                None => "a negated condition holds".to_string(),
            }),
            Reason::Above(n) => self.atom(n).map(|atom| format!("{atom}   (shown above)")),
            Reason::Atom(n, None) if step.needs.is_empty() => self.atom(n).map(|atom| format!("{atom}   fact")),
            Reason::Atom(n, _) => self.atom(n),
        }
    }

    /// The rule of a step as written, with its place.
    fn rule(&self, step: &Step) -> Option<String> {
        let Reason::Atom(_, Some(rule)) = step.reason else { return None };
        let clause = self.program.clause(rule);
        if self.program.get(clause.head).auxiliary {
            return None;
        }
        let text: String = self.sources.text(clause.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let source = self.sources.get(clause.span.source)?;
        let (line, _) = self.sources.position(clause.span);
        Some(format!("by {text}   [{}:{line}]", source.name))
    }
}

/// A probability with as many digits as a reader wants.
fn shown(p: f64) -> String {
    let text = format!("{p:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "0" && p > 0.0 { format!("{p:.3e}") } else { text.to_string() }
}

/// A step or a text, its lead, and whether it is the last of its siblings (`None`: the root).
type Line = (Result<usize, String>, String, Option<bool>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut work: Vec<Line> = vec![(Ok(0), String::new(), None)];
        let mut count = 0;
        while let Some((what, lead, last)) = work.pop() {
            count += 1;
            if count > self.limit {
                return writeln!(f, "{lead}... ({} more steps)", work.len() + 1);
            }
            let (branch, below) = match last {
                None => ("", String::new()),
                Some(true) => ("└─ ", format!("{lead}   ")),
                Some(false) => ("├─ ", format!("{lead}│  ")),
            };
            let step = match what {
                Err(text) => {
                    writeln!(f, "{lead}{branch}{text}")?;
                    continue;
                }
                Ok(i) => &self.tree.steps[i],
            };
            let step = self.collapsed(step);
            writeln!(f, "{lead}{branch}{}", self.line(step).unwrap_or_else(|| "(condition)".to_string()))?;
            if let (Some(rule), Some(chance)) = (self.rule(step), self.chance(step)) {
                // The choice that the rule makes stands with it.
                let others: Vec<usize> = step.needs.iter().copied().filter(|&n| n != chance.0).collect();
                let mut children = vec![Err(format!("{rule}   {}", chance.1))];
                children.extend(self.visible(&others).into_iter().map(Ok));
                push_children(&mut work, children, &below);
                continue;
            }
            let mut children: Vec<Result<usize, String>> = Vec::new();
            children.extend(self.rule(step).map(Err));
            children.extend(self.visible(&step.needs).into_iter().map(Ok));
            push_children(&mut work, children, &below);
        }
        Ok(())
    }
}

fn push_children(work: &mut Vec<Line>, children: Vec<Result<usize, String>>, lead: &str) {
    let n = children.len();
    for (k, child) in children.into_iter().enumerate().rev() {
        work.push((child, lead.to_string(), Some(k + 1 == n)));
    }
}

impl Shown<'_> {
    /// An atom that is nothing but a probabilistic fact is shown as that fact.
    fn collapsed<'t>(&'t self, step: &'t Step) -> &'t Step {
        match (step.reason, &step.needs[..]) {
            (Reason::Atom(n, None), &[only]) => match self.tree.steps[only].reason {
                Reason::Choice(c, v) if self.atom(n) == Some(self.value(c, v)) => &self.tree.steps[only],
                _ => step,
            },
            _ => step,
        }
    }

    /// The choice among the needs of a step that its own rule makes: which need, and its probability as text.
    fn chance(&self, step: &Step) -> Option<(usize, String)> {
        let Reason::Atom(_, Some(rule)) = step.reason else { return None };
        let span = self.program.clause(rule).span;
        step.needs.iter().find_map(|&n| match self.tree.steps[n].reason {
            Reason::Choice(c, v) if self.lineage.choice(c).span == span => Some((n, shown((self.weight)(c, v)))),
            _ => None,
        })
    }

    /// The steps below, with those that only pass on replaced by what they rest on.
    fn visible(&self, needs: &[usize]) -> Vec<usize> {
        let (mut seen, mut work) = (Vec::new(), needs.iter().rev().copied().collect::<Vec<_>>());
        while let Some(i) = work.pop() {
            let step = &self.tree.steps[i];
            if self.line(step).is_some() {
                seen.push(i);
            } else {
                work.extend(step.needs.iter().rev());
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Span;
    use crate::lineage::{Choice, Leaf, Origin};

    fn coin(l: &mut Lineage, n: u32) -> ChoiceId {
        let origin = Origin::Fact(0, n);
        let made = Choice {
            origin: origin.clone(),
            values: vec![None, None],
            weights: vec![Leaf::Const(0.5), Leaf::Rest],
            span: Span::default(),
        };
        l.choice_of(&origin, |_| Ok::<_, ()>(made)).unwrap()
    }

    #[test]
    fn a_derivation_through_a_cycle_ends_and_rests_on_the_choices() {
        // a :- b. b :- a. b :- c1. a needs \+ d, where d :- c2.
        let mut l = Lineage::new();
        let (c1, c2) = (coin(&mut l, 1), coin(&mut l, 2));
        let (x, y) = (l.leaf(c1, 0), l.leaf(c2, 0));
        let [a, b, d] = [1, 2, 3].map(|p| l.atom(p, &[], || None));
        let (la, lb, ld) = (Lit::pos(a), Lit::pos(b), Lit::pos(d));
        l.add_proof(d, y);
        let proof = l.and(Some(ClauseId(0)), &mut vec![lb, !ld]);
        l.add_proof(a, proof);
        let back = l.and(Some(ClauseId(1)), &mut vec![la]);
        l.add_proof(b, back);
        l.add_proof(b, x);
        let holds = |c: ChoiceId, v: u32| if c == c1 { Some(v == 0) } else { Some(v == 1) };
        let tree = derive(&l, la, &holds).unwrap();
        let reasons: Vec<Reason> = tree.steps.iter().map(|s| s.reason).collect();
        assert_eq!(reasons[0], Reason::Atom(a, Some(ClauseId(0))));
        assert!(reasons.contains(&Reason::Absent(d)) && reasons.contains(&Reason::Choice(c1, 0)));
        // With c2 open, \+ d is not sure; with c1 false, nothing holds.
        assert!(derive(&l, la, &|c, v| (c == c1).then_some(v == 0)).is_none());
        assert!(derive(&l, la, &|_, v| Some(v == 1)).is_none());
    }
}
