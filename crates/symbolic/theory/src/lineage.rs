//! Lineage: which choices make which atom true.
//!
//! Grounding a theory for some queries gives an and/or graph. Its leaves are *choices*: independent random variables with
//! several exclusive values (a probabilistic fact has two, an annotated disjunction one for each head and one for "none",
//! a neural predicate one for each label). An atom is the *or* of its proofs, a proof the *and* of atoms, choices and
//! negated atoms. Equal nodes are shared. The graph may have positive cycles (the least fixpoint is meant) but never a
//! cycle through a negation.
//!
//! Everything downstream (semirings, compilation, explanations, learning) starts from here and needs the program no more.

use std::fmt;

use hashbrown::HashTable;
use rustc_hash::FxHashMap;

use crate::diag::Span;
use crate::graph::Tarjan;
use crate::program::{ClauseId, DisjunctionId, ParamId};
use crate::term::{Symbol, Term, TermStore};

/// Number of a node in [`Lineage::nodes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

/// A node or its negation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lit(u32);

impl Lit {
    /// The literal that is always true.
    pub const TRUE: Lit = Lit(0);
    /// The literal that is always false.
    pub const FALSE: Lit = Lit(1);

    /// The node itself.
    pub fn pos(node: NodeId) -> Lit {
        Lit(node.0 << 1)
    }

    /// The negation of the node.
    pub fn neg(node: NodeId) -> Lit {
        Lit(node.0 << 1 | 1)
    }

    /// The node.
    pub fn node(self) -> NodeId {
        NodeId(self.0 >> 1)
    }

    /// Whether this is a negation.
    pub fn is_neg(self) -> bool {
        self.0 & 1 == 1
    }

    /// As a number, dense in twice the number of nodes.
    pub fn raw(self) -> u32 {
        self.0
    }

    /// The inverse of [`Lit::raw`].
    pub fn from_raw(raw: u32) -> Lit {
        Lit(raw)
    }
}

impl std::ops::Not for Lit {
    type Output = Lit;
    fn not(self) -> Lit {
        Lit(self.0 ^ 1)
    }
}

impl fmt::Debug for Lit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_neg() { "!" } else { "" }, self.0 >> 1)
    }
}

/// Number of a choice in [`Lineage::choices`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct ChoiceId(pub u32);

/// A node of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Always true. Node 0, and no other.
    True,
    /// A choice takes this value.
    Choice(ChoiceId, u32),
    /// A ground atom: the or of its proofs (none: false). `term` is `None` for auxiliary atoms made by lowering.
    Atom {
        /// The atom.
        term: Option<Term>,
        /// Its proofs: [`Node::Proof`], or any literal.
        proofs: Vec<Lit>,
    },
    /// One proof of an atom: all of these.
    Proof {
        /// The rule that was used.
        rule: Option<ClauseId>,
        /// What its body needs, sorted, without doubles.
        needs: Box<[Lit]>,
    },
}

impl Node {
    /// The proofs of an atom, the needs of a proof, nothing for the others.
    pub fn children(&self) -> &[Lit] {
        match self {
            Node::True | Node::Choice(..) => &[],
            Node::Atom { proofs, .. } => proofs,
            Node::Proof { needs, .. } => needs,
        }
    }
}

/// One random variable: an instance of a probabilistic fact, clause, disjunction or neural predicate.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Where it comes from.
    pub origin: Origin,
    /// Labels of the values: the ground atoms or, for a neural predicate, the elements of its domain. `None` for the value
    /// "none of them" (or "false" of a single fact), which is always the last where it exists.
    pub values: Vec<Option<Term>>,
    /// Weight of each value.
    pub weights: Vec<Leaf>,
    /// Where it is written.
    pub span: Span,
}

/// What a choice is an instance of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Fact number `.1` of predicate `.0` (a raw [`crate::program::PredId`]).
    Fact(u32, u32),
    /// A disjunction, instantiated by these values of its variables.
    Disjunction(DisjunctionId, Box<[Term]>),
    /// A neural predicate: network and ground inputs.
    Neural(Symbol, Box<[Term]>),
}

/// Where the weight of one value of a choice comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leaf {
    /// A fixed probability.
    Const(f64),
    /// What the other values of this choice leave to 1.
    Rest,
    /// A learnable parameter: index into [`Lineage::params`].
    Param(u32),
    /// Output `.1` of a neural choice: index into [`Lineage::neural`] and the position in the domain.
    Neural(u32, u32),
}

/// One instance of a learnable parameter.
#[derive(Clone, Debug)]
pub struct ParamInstance {
    /// The `t(...)` it is an instance of.
    pub param: ParamId,
    /// The instance of its further arguments (empty for plain `t(_)`).
    pub key: Box<[Term]>,
    /// Start value, if one is given.
    pub init: Option<f64>,
}

/// One call of a network: its name and its ground inputs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NeuralInstance {
    /// The network.
    pub net: Symbol,
    /// Its inputs.
    pub inputs: Box<[Term]>,
    /// The values that it distributes over.
    pub domain: Box<[Term]>,
}

/// The and/or graph of some queries. See the [module documentation](self).
#[derive(Clone, Default)]
pub struct Lineage {
    /// All nodes; node 0 is [`Node::True`].
    pub nodes: Vec<Node>,
    /// All choices.
    pub choices: Vec<Choice>,
    /// Instances of learnable parameters.
    pub params: Vec<ParamInstance>,
    /// Calls of networks.
    pub neural: Vec<NeuralInstance>,
    /// The answers of the queries: ground atoms and what makes them true.
    pub queries: Vec<(Term, Lit)>,
    /// The evidence: atoms, what makes them true, and the observed value.
    pub evidence: Vec<Evidence>,
    /// Constraints: literals that must be false, and where the constraint is written.
    pub constraints: Vec<(Lit, Span)>,
    atoms: FxHashMap<(u32, Box<[Term]>), NodeId>,
    proofs: HashTable<NodeId>,
    choice_index: FxHashMap<Origin, ChoiceId>,
    leaf_index: FxHashMap<(ChoiceId, u32), NodeId>,
    given: Option<NodeId>,
}

/// One observation.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The atom.
    pub atom: Term,
    /// What makes it true.
    pub lit: Lit,
    /// Whether it was seen to be true.
    pub value: bool,
    /// Where it is written, if it is.
    pub span: Option<Span>,
}

impl Lineage {
    /// A graph with nothing but [`Node::True`].
    pub fn new() -> Lineage {
        Lineage { nodes: vec![Node::True], ..Lineage::default() }
    }

    /// The node of this id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The choice of this id.
    pub fn choice(&self, id: ChoiceId) -> &Choice {
        &self.choices[id.0 as usize]
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId((self.nodes.len() - 1) as u32)
    }

    /// The node of a ground atom of a predicate, made (as yet without proofs) if it is new.
    pub fn atom(&mut self, pred: u32, args: &[Term], term: impl FnOnce() -> Option<Term>) -> NodeId {
        if let Some(&id) = self.atoms.get(&(pred, args.into()) as &(u32, Box<[Term]>)) {
            return id;
        }
        let id = self.push(Node::Atom { term: term(), proofs: Vec::new() });
        self.atoms.insert((pred, args.into()), id);
        id
    }

    /// An atom node that no predicate owns.
    pub fn anonymous(&mut self, proofs: Vec<Lit>) -> NodeId {
        self.unshared(None, proofs)
    }

    /// An atom node of its own, also where the same atom has another.
    pub fn unshared(&mut self, term: Option<Term>, proofs: Vec<Lit>) -> NodeId {
        self.push(Node::Atom { term, proofs })
    }

    /// The literal "choice `choice` takes value `value`".
    pub fn leaf(&mut self, choice: ChoiceId, value: u32) -> Lit {
        if let Some(&id) = self.leaf_index.get(&(choice, value)) {
            return Lit::pos(id);
        }
        let id = self.push(Node::Choice(choice, value));
        self.leaf_index.insert((choice, value), id);
        Lit::pos(id)
    }

    /// The choice of this origin, made by `make` if it is new.
    pub fn choice_of<E>(
        &mut self,
        origin: &Origin,
        make: impl FnOnce(&mut Lineage) -> Result<Choice, E>,
    ) -> Result<ChoiceId, E> {
        if let Some(&id) = self.choice_index.get(origin) {
            return Ok(id);
        }
        let choice = make(self)?;
        let id = ChoiceId(self.choices.len() as u32);
        self.choices.push(choice);
        self.choice_index.insert(origin.clone(), id);
        Ok(id)
    }

    /// The conjunction of `needs` as a literal: shared, simplified, [`Lit::FALSE`] where it contradicts itself (a literal and
    /// its negation, or two values of one choice). Sorts and empties `needs`. With a `rule`, the conjunction is kept as a
    /// proof by that rule even when it has fewer than two parts.
    pub fn and(&mut self, rule: Option<ClauseId>, needs: &mut Vec<Lit>) -> Lit {
        needs.sort_unstable();
        needs.dedup();
        let contradicts = needs.contains(&Lit::FALSE)
            || needs.windows(2).any(|w| w[0].node() == w[1].node())
            || self.two_values(needs);
        if contradicts {
            needs.clear();
            return Lit::FALSE;
        }
        if needs.first() == Some(&Lit::TRUE) && rule.is_none() {
            needs.remove(0);
        }
        if rule.is_none() {
            match needs[..] {
                [] => return Lit::TRUE,
                [only] => {
                    needs.clear();
                    return only;
                }
                _ => {}
            }
        }
        let hash = hash_proof(rule, needs);
        let nodes = &self.nodes;
        let same = |id: &NodeId| match &nodes[id.0 as usize] {
            Node::Proof { rule: r, needs: n } => *r == rule && **n == **needs,
            _ => false,
        };
        if let Some(&id) = self.proofs.find(hash, same) {
            needs.clear();
            return Lit::pos(id);
        }
        let id = self.push(Node::Proof { rule, needs: needs.drain(..).collect() });
        let nodes = &self.nodes;
        self.proofs.insert_unique(hash, id, |id| match &nodes[id.0 as usize] {
            Node::Proof { rule, needs } => hash_proof(*rule, needs),
            _ => 0,
        });
        Lit::pos(id)
    }

    /// A literal that is true where any of these is.
    pub fn any(&mut self, mut lits: Vec<Lit>) -> Lit {
        lits.sort_unstable();
        lits.dedup();
        match lits[..] {
            [] => Lit::FALSE,
            [only] => only,
            [Lit::TRUE, ..] => Lit::TRUE,
            _ => Lit::pos(self.anonymous(lits)),
        }
    }

    /// The only proof of an atom that has just one; otherwise the literal itself.
    pub fn only_proof(&self, lit: Lit) -> Lit {
        match self.node(lit.node()) {
            Node::Atom { proofs, .. } if proofs.len() == 1 && !lit.is_neg() => proofs[0],
            _ => lit,
        }
    }

    /// The proof that needs nothing and uses no rule: the atom is given as a fact.
    pub fn given(&mut self) -> Lit {
        match self.given {
            Some(node) => Lit::pos(node),
            None => {
                let node = self.push(Node::Proof { rule: None, needs: Box::default() });
                self.given = Some(node);
                Lit::pos(node)
            }
        }
    }

    /// A value of a choice as text: the atom it makes true, `net(input) = label`, or `none of ...`.
    pub fn value_text(&self, terms: &TermStore, choice: ChoiceId, value: u32) -> String {
        let c = self.choice(choice);
        let show = |t: Term| terms.display(t).to_string();
        match (c.values.get(value as usize).copied().flatten(), &c.origin) {
            (Some(label), Origin::Neural(net, inputs)) => {
                let inputs: Vec<String> = inputs.iter().map(|&t| show(t)).collect();
                format!("{}({}) = {}", terms.name(*net), inputs.join(","), show(label))
            }
            (Some(atom), _) => show(atom),
            (None, _) => {
                let others: Vec<String> = c.values.iter().flatten().map(|&t| show(t)).collect();
                match &others[..] {
                    [only] => format!("\\+ {only}"),
                    _ => format!("none of {}", others.join("; ")),
                }
            }
        }
    }

    /// Where the neural predicate of a network call is written.
    pub fn neural_span(&self, instance: &NeuralInstance) -> Option<Span> {
        let origin = Origin::Neural(instance.net, instance.inputs.clone());
        self.find_choice(&origin).map(|c| self.choice(c).span)
    }

    /// The choice of this origin, if it is known.
    pub fn find_choice(&self, origin: &Origin) -> Option<ChoiceId> {
        self.choice_index.get(origin).copied()
    }

    fn two_values(&self, needs: &[Lit]) -> bool {
        // Rarely more than a handful of leaves in one body: the quadratic scan is the fast one.
        let leaf = |l: &Lit| match self.nodes[l.node().0 as usize] {
            Node::Choice(c, v) if !l.is_neg() => Some((c, v)),
            _ => None,
        };
        let found = |(i, l): (usize, &Lit)| {
            leaf(l).is_some_and(|(c, v)| needs[i + 1..].iter().filter_map(leaf).any(|(d, w)| c == d && v != w))
        };
        needs.iter().enumerate().any(found)
    }

    /// Adds a proof to an atom, unless it has it already or is certain. Returns whether the atom became certain by it.
    pub fn add_proof(&mut self, atom: NodeId, proof: Lit) -> bool {
        let Node::Atom { proofs, .. } = &mut self.nodes[atom.0 as usize] else {
            unreachable!("only atoms have proofs")
        };
        if proof == Lit::TRUE {
            let already = proofs.first() == Some(&Lit::TRUE);
            proofs.clear();
            proofs.push(Lit::TRUE);
            return !already;
        }
        if proof != Lit::FALSE && proofs.first() != Some(&Lit::TRUE) {
            proofs.push(proof);
        }
        false
    }

    /// What the roots need, in an order in which it can be evaluated: each group needs only itself and groups before it. A group
    /// of several nodes is a positive cycle, and so is a single node among its own children.
    pub fn components(&self, roots: &[Lit]) -> Vec<Vec<NodeId>> {
        let mut tarjan = Tarjan::new(self.nodes.len());
        let child = |v: u32, i: u32| self.nodes[v as usize].children().get(i as usize).map(|l| l.node().0);
        tarjan.run(roots.iter().map(|l| l.node().0), child);
        let sorted = |c: usize| {
            let mut members: Vec<NodeId> = tarjan.members_of(c).iter().map(|&v| NodeId(v)).collect();
            members.sort_unstable();
            members
        };
        (0..tarjan.count()).map(sorted).collect()
    }

    /// Approximate number of bytes held.
    pub fn bytes(&self) -> usize {
        self.nodes.len() * 64 + self.choices.len() * 160 + self.atoms.len() * 48
    }
}

fn hash_proof(rule: Option<ClauseId>, needs: &[Lit]) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut h = rustc_hash::FxHasher::default();
    rule.map(|r| r.0).hash(&mut h);
    needs.hash(&mut h);
    h.finish()
}
