//! From probabilities as written to choices of the lineage: one multi-valued variable per ground instance.

use super::Halt;
use super::machine::Machine;
use crate::builtins::{self, Fault};
use crate::diag::{Code, Diagnostic, Span, rounded};
use crate::lineage::{Choice, Leaf, Lineage, Lit, NeuralInstance, Origin, ParamInstance};
use crate::program::{Clause, Disjunction, DisjunctionId, FactChoice, Facts, ParamId, PredId, Weight, Weights};
use crate::term::{Term, TermStore};
use crate::unify::resolve;

/// Sums of probabilities may exceed 1 by this much, for rounding.
const SLACK: f64 = 1e-9;

impl Machine<'_> {
    /// What makes a fact true: nothing, a choice, or `None` where its probability is 0. In a traced grounding a certain fact
    /// is a node of its own.
    pub(super) fn fact_literal(&mut self, pred: PredId, facts: &Facts, row: usize) -> Result<Option<Lit>, Halt> {
        if self.options.trace && facts.choice(row).is_none() {
            return Ok(Some(self.given(pred, facts, row)));
        }
        self.bare_fact_literal(pred, facts, row)
    }

    /// Like [`Machine::fact_literal`], without nodes for certain facts.
    pub(super) fn bare_fact_literal(&mut self, pred: PredId, facts: &Facts, row: usize) -> Result<Option<Lit>, Halt> {
        match facts.choice(row) {
            None => Ok(Some(Lit::TRUE)),
            Some(choice) => self.uncertain_fact(pred, facts, row, choice),
        }
    }

    /// The choice of a probabilistic fact.
    fn uncertain_fact(
        &mut self,
        pred: PredId,
        facts: &Facts,
        row: usize,
        choice: &FactChoice,
    ) -> Result<Option<Lit>, Halt> {
        match choice.weight {
            Weight::Const(1.0) if !self.options.trace => return Ok(Some(Lit::TRUE)),
            Weight::Const(0.0) => return Ok(None),
            _ => {}
        }
        let p = self.program.get(pred);
        let (name, arity) = (p.name, p.arity as usize);
        let terms = &mut *self.terms;
        let program = &self.program;
        let id = self.lineage.choice_of(&Origin::Fact(pred.0, row as u32), |lineage| {
            let atom = terms.compound(name, facts.row(row, arity));
            let leaf = match &choice.weight {
                Weight::Const(p) => Leaf::Const(*p),
                Weight::Learn { param, .. } => {
                    param_leaf(lineage, *param, Box::default(), program.params[param.0 as usize].init)
                }
                Weight::Expr(_) => unreachable!("facts have constant probabilities"),
            };
            Ok::<_, Halt>(Choice {
                origin: Origin::Fact(pred.0, row as u32),
                values: vec![Some(atom), None],
                weights: vec![leaf, Leaf::Rest],
                span: choice.span,
            })
        })?;
        Ok(Some(self.lineage.leaf(id, 0)))
    }

    /// The node of a certain fact, for explanations.
    fn given(&mut self, pred: PredId, facts: &Facts, row: usize) -> Lit {
        let p = self.program.get(pred);
        let (name, args) = (p.name, facts.row(row, p.arity as usize));
        let terms = &mut *self.terms;
        let node = self.lineage.atom(pred.0, args, || Some(terms.compound(name, args)));
        let given = self.lineage.given();
        self.lineage.add_proof(node, given);
        Lit::pos(node)
    }

    /// The literal "this instance of a disjunction takes value `value`"; `None` where its probability is 0.
    pub(super) fn choice_literal(
        &mut self,
        id: DisjunctionId,
        value: u32,
        regs: &[Term],
        clause: &Clause,
    ) -> Result<Option<Lit>, Halt> {
        let d = std::sync::Arc::clone(&self.program.disjunctions[id.0 as usize]);
        let origin = match &d.weights {
            Weights::Neural { net, inputs, .. } => {
                let inputs = inputs.iter().map(|&t| self.ground_term(t, regs, clause, "an input of a network"));
                Origin::Neural(*net, inputs.collect::<Result<_, _>>()?)
            }
            Weights::Each(_) => {
                let mut key = Vec::with_capacity(d.vars as usize);
                for v in 0..d.vars {
                    let term = resolve(self.terms, regs, Term::var(v));
                    // A variable that stays free (it is local to a negation, say) does not tell instances apart, unless an
                    // atom or a probability has it: that is checked where they are made.
                    key.push(if self.terms.is_ground(term) { term } else { Term::atom(crate::term::sym::EMPTY) });
                }
                Origin::Disjunction(id, key.into())
            }
        };
        let choice = match self.lineage.find_choice(&origin) {
            Some(choice) => choice,
            None => {
                let made = self.make_choice(&d, &origin, regs, clause)?;
                self.lineage.choice_of(&origin, |_| Ok::<_, Halt>(made))?
            }
        };
        Ok(match self.lineage.choice(choice).weights[value as usize] {
            Leaf::Const(0.0) => None,
            Leaf::Const(1.0) if !self.options.trace => Some(Lit::TRUE),
            _ => Some(self.lineage.leaf(choice, value)),
        })
    }

    fn make_choice(
        &mut self,
        d: &Disjunction,
        origin: &Origin,
        regs: &[Term],
        clause: &Clause,
    ) -> Result<Choice, Halt> {
        match &d.weights {
            Weights::Neural { net, domain, .. } => {
                let Origin::Neural(_, inputs) = origin else { unreachable!("made by choice_literal") };
                let instance = NeuralInstance { net: *net, inputs: inputs.clone(), domain: domain.as_slice().into() };
                let index = self.lineage.neural.len() as u32;
                self.lineage.neural.push(instance);
                Ok(Choice {
                    origin: origin.clone(),
                    values: domain.iter().map(|&t| Some(t)).collect(),
                    weights: (0..domain.len() as u32).map(|k| Leaf::Neural(index, k)).collect(),
                    span: d.span,
                })
            }
            Weights::Each(weights) => {
                let mut values = Vec::with_capacity(weights.len() + 1);
                for (pred, args) in &d.heads {
                    let mut ground = Vec::with_capacity(args.len());
                    for &a in args {
                        let term = self.ground_term(a, regs, clause, "a probabilistic atom")?;
                        ground.push(term);
                    }
                    let name = self.program.get(*pred).name;
                    values.push(Some(self.terms.compound(name, &ground)));
                }
                let mut leaves = Vec::with_capacity(weights.len() + 1);
                for weight in weights {
                    let leaf = self.weight(weight, regs, clause, d.span)?;
                    leaves.push(leaf);
                }
                let fixed: f64 = leaves.iter().map(|l| if let Leaf::Const(p) = l { *p } else { 0.0 }).sum();
                if fixed > 1.0 + SLACK {
                    let shown: Vec<String> =
                        values.iter().flatten().map(|&v| self.terms.display(v).to_string()).collect();
                    return Err(Diagnostic::error(
                        Code::DisjunctionSum,
                        d.span,
                        format!(
                            "the probabilities of this disjunction sum to {} for {}",
                            rounded(fixed),
                            shown.join("; ")
                        ),
                    )
                    .help("they must sum to at most 1; what is missing to 1 means \"none of them\"")
                    .into());
                }
                let certain = leaves.iter().all(|l| matches!(l, Leaf::Const(_))) && fixed > 1.0 - SLACK;
                if !certain {
                    values.push(None);
                    leaves.push(Leaf::Rest);
                }
                Ok(Choice { origin: origin.clone(), values, weights: leaves, span: d.span })
            }
        }
    }

    fn weight(&mut self, weight: &Weight, regs: &[Term], clause: &Clause, span: Span) -> Result<Leaf, Halt> {
        match weight {
            Weight::Const(p) => Ok(Leaf::Const(*p)),
            Weight::Expr(expression) => {
                let value = resolve(self.terms, regs, *expression);
                builtins::probability(self.terms, value)
                    .map(Leaf::Const)
                    .map_err(|fault| named(fault, self.terms, regs, clause, &[*expression], span))
            }
            Weight::Learn { param, key } => {
                let mut ground = Vec::with_capacity(key.len());
                for &k in key {
                    let term = self.ground_term(k, regs, clause, "an argument of a learnable probability")?;
                    ground.push(term);
                }
                let init = self.program.params[param.0 as usize].init;
                Ok(param_leaf(&mut self.lineage, *param, ground.into(), init))
            }
        }
    }

    fn ground_term(&mut self, term: Term, regs: &[Term], clause: &Clause, what: &str) -> Result<Term, Halt> {
        let value = resolve(self.terms, regs, term);
        if self.terms.is_ground(value) {
            return Ok(value);
        }
        let names = free_names(self.terms, regs, clause, &[term]);
        Err(Diagnostic::error(
            Code::NonGround,
            clause.span,
            format!("{what} must be ground, but {names} is not bound: {}", self.terms.display(value)),
        )
        .help(format!("bind {names}: add a goal such as `domain({names})` to the body, or ask a ground query"))
        .into())
    }

    /// A fault of a builtin, at its place and with the names of the variables that are free.
    pub(super) fn fault(
        &mut self,
        fault: Fault,
        act: &super::machine::Activation,
        clause: &Clause,
        args: &[Term],
        span: Span,
    ) -> Halt {
        named(fault, self.terms, &act.regs, clause, args, span)
    }
}

fn named(fault: Fault, terms: &mut TermStore, regs: &[Term], clause: &Clause, args: &[Term], span: Span) -> Halt {
    let names = free_names(terms, regs, clause, args);
    let mut d = Diagnostic::error(fault.code, span, fault.message);
    d.help = fault.help;
    if !names.is_empty() && matches!(fault.code, Code::Arithmetic | Code::Argument) {
        d = d.note(None, format!("not bound here: {names}"));
    }
    d.into()
}

/// The names of a clause's variables that are free in some terms.
fn free_names(terms: &mut TermStore, regs: &[Term], clause: &Clause, args: &[Term]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for &a in args {
        for v in terms.vars(a) {
            let value = resolve(terms, regs, Term::var(v));
            if !terms.is_ground(value)
                && let Some(name) = clause.var_names.get(v as usize)
                && !names.contains(&&**name)
            {
                names.push(name);
            }
        }
    }
    names.join(", ")
}

fn param_leaf(lineage: &mut Lineage, param: ParamId, key: Box<[Term]>, init: Option<f64>) -> Leaf {
    let found = lineage.params.iter().position(|p| p.param == param && p.key == key);
    let index = found.unwrap_or_else(|| {
        lineage.params.push(ParamInstance { param, key, init });
        lineage.params.len() - 1
    });
    Leaf::Param(index as u32)
}
