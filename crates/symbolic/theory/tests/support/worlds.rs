//! The semantics, word for word: enumerate all possible worlds, compute the model of each, add up their probabilities.
//!
//! A world fixes one value for every ground instance of every probabilistic clause (Sato's distribution semantics). Its model
//! is the stratified least model: the strata from below, in each all rules applied until nothing changes. Exponential and
//! naive on purpose.

use std::collections::BTreeMap;

use super::syntax::{Arg, Atom, Clause, Literal, Program};

/// A ground condition.
enum Test {
    Holds(usize),
    Fails(Vec<usize>),
    AtLeast(usize, Vec<usize>),
}

/// A ground rule: its head holds where all tests hold and, if it belongs to a choice, where the choice takes its value.
struct Rule {
    head: usize,
    choice: Option<(usize, usize)>,
    body: Vec<Test>,
}

/// A program over ground atoms, ready to be evaluated in each world.
pub struct Worlds {
    names: Vec<String>,
    /// Rules by stratum of their heads.
    strata: Vec<Vec<Rule>>,
    /// For each choice the probability of each value; the last is "none".
    pub choices: Vec<Vec<f64>>,
    /// Where each choice comes from: its clause.
    pub origins: Vec<usize>,
    evidence: Vec<(usize, bool)>,
    constraints: Vec<Vec<Test>>,
    queries: Vec<usize>,
}

/// Values of the variables of one clause instance.
type Binding = [usize; 4];

impl Worlds {
    /// Grounds a program. Instances whose positive conditions can hold in no world are left out: they change nothing.
    pub fn new(program: &Program) -> Worlds {
        let mut offsets = vec![0];
        let mut names = Vec::new();
        for (pred, &(arity, _)) in program.preds.iter().enumerate() {
            for row in rows(arity, program.domain) {
                names.push(Atom { pred, args: row.into_iter().map(Arg::Const).collect() }.to_string());
            }
            offsets.push(names.len());
        }
        let ground = Ground { program, offsets };
        let strata = 1 + program.preds.iter().map(|&(_, s)| s).max().unwrap_or(0);
        let mut worlds = Worlds {
            strata: (0..strata).map(|_| Vec::new()).collect(),
            choices: Vec::new(),
            origins: Vec::new(),
            evidence: program.evidence.iter().map(|(a, v)| (ground.atom(a, &[0; 4]), *v)).collect(),
            constraints: Vec::new(),
            queries: Vec::new(),
            names,
        };
        let possible = ground.possible(worlds.names.len());
        for (c, clause) in program.clauses.iter().enumerate() {
            for binding in ground.instances(&clause.body, &clause.heads) {
                if ground.supported(&clause.body, &binding, &possible) {
                    worlds.add(c, clause, &binding, &ground);
                }
            }
        }
        for body in &program.constraints {
            for binding in ground.instances(body, &[]) {
                if ground.supported(body, &binding, &possible) {
                    worlds.constraints.push(ground.tests(body, &binding));
                }
            }
        }
        for query in &program.queries {
            for binding in ground.instances(&[], &[(None, query.clone())]) {
                worlds.queries.push(ground.atom(query, &binding));
            }
        }
        worlds.queries.sort_unstable();
        worlds.queries.dedup();
        worlds
    }

    fn add(&mut self, origin: usize, clause: &Clause, binding: &Binding, ground: &Ground<'_>) {
        let choice = clause.heads[0].0.is_some().then_some(self.choices.len());
        if choice.is_some() {
            // Exact in thousandths: a rounding error must not make the impossible possible.
            let thousandths: Vec<u32> = clause.heads.iter().map(|(w, _)| w.unwrap()).collect();
            let none = 1000 - thousandths.iter().sum::<u32>();
            let weights = thousandths.into_iter().chain([none]).map(|w| f64::from(w) / 1000.0).collect();
            self.choices.push(weights);
            self.origins.push(origin);
        }
        for (value, (_, head)) in clause.heads.iter().enumerate() {
            let stratum = ground.program.preds[head.pred].1;
            self.strata[stratum].push(Rule {
                head: ground.atom(head, binding),
                choice: choice.map(|c| (c, value)),
                body: ground.tests(&clause.body, binding),
            });
        }
    }

    /// The number of worlds.
    pub fn count(&self) -> f64 {
        self.choices.iter().map(|c| c.len() as f64).product()
    }

    /// Probability of evidence and constraints, and of each query given them. `None` where they cannot hold.
    pub fn infer(&self) -> Option<BTreeMap<String, f64>> {
        let mut total = 0.0;
        let mut mass = vec![0.0; self.queries.len()];
        let mut values = vec![0; self.choices.len()];
        loop {
            let weight: f64 = values.iter().zip(&self.choices).map(|(&v, c)| c[v]).product();
            if weight > 0.0 {
                let model = self.model(&values);
                let seen = self.evidence.iter().all(|&(atom, value)| model[atom] == value);
                if seen && !self.constraints.iter().any(|body| holds(body, &model)) {
                    total += weight;
                    for (m, &q) in mass.iter_mut().zip(&self.queries) {
                        *m += if model[q] { weight } else { 0.0 };
                    }
                }
            }
            // The next world: count upwards in mixed radix.
            let Some(i) = (0..values.len()).find(|&i| values[i] + 1 < self.choices[i].len()) else {
                break;
            };
            values[..i].fill(0);
            values[i] += 1;
        }
        let answers = self.queries.iter().zip(mass).map(|(&q, m)| (self.names[q].clone(), m / total)).collect();
        (total > 0.0).then_some(answers)
    }

    /// What holds in one world.
    fn model(&self, values: &[usize]) -> Vec<bool> {
        let mut model = vec![false; self.names.len()];
        for rules in &self.strata {
            loop {
                let mut changed = false;
                for rule in rules {
                    let chosen = rule.choice.is_none_or(|(c, v)| values[c] == v);
                    if chosen && !model[rule.head] && holds(&rule.body, &model) {
                        model[rule.head] = true;
                        changed = true;
                    }
                }
                if !changed {
                    break;
                }
            }
        }
        model
    }
}

fn holds(body: &[Test], model: &[bool]) -> bool {
    body.iter().all(|test| match test {
        Test::Holds(atom) => model[*atom],
        Test::Fails(atoms) => !atoms.iter().any(|&a| model[a]),
        Test::AtLeast(n, atoms) => atoms.iter().filter(|&&a| model[a]).count() >= *n,
    })
}

/// All tuples of constants.
fn rows(arity: usize, domain: usize) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new()];
    for _ in 0..arity {
        rows = rows.iter().flat_map(|row| (0..domain).map(move |c| [row.as_slice(), &[c]].concat())).collect();
    }
    rows
}

struct Ground<'a> {
    program: &'a Program,
    /// Number of the first ground atom of each predicate.
    offsets: Vec<usize>,
}

impl Ground<'_> {
    fn atom(&self, atom: &Atom, binding: &Binding) -> usize {
        let value = |arg: &Arg| match *arg {
            Arg::Const(c) => c,
            Arg::Var(v) => binding[v],
        };
        self.offsets[atom.pred] + atom.args.iter().fold(0, |n, arg| n * self.program.domain + value(arg))
    }

    /// All bindings of the variables that occur in heads or outside negations: those decide what an instance is.
    fn instances(&self, body: &[Literal], heads: &[(Option<u32>, Atom)]) -> Vec<Binding> {
        let mut used = [false; 4];
        let args = body.iter().flat_map(|l| if let Literal::Pos(a) = l { a.args.as_slice() } else { &[] });
        for arg in args.chain(heads.iter().flat_map(|(_, h)| &h.args)) {
            if let Arg::Var(v) = arg {
                used[*v] = true;
            }
        }
        let vars: Vec<usize> = (0..4).filter(|&v| used[v]).collect();
        let bind = |row: Vec<usize>| {
            let mut binding = [0; 4];
            vars.iter().zip(row).for_each(|(&v, c)| binding[v] = c);
            binding
        };
        let all = rows(vars.len(), self.program.domain).into_iter().map(bind);
        let value = |arg: &Arg, b: &Binding| match *arg {
            Arg::Const(c) => c,
            Arg::Var(v) => b[v],
        };
        let differs = |b: &Binding| {
            body.iter().all(|l| if let Literal::Differ(x, y) = l { value(x, b) != value(y, b) } else { true })
        };
        all.filter(differs).collect()
    }

    fn tests(&self, body: &[Literal], binding: &Binding) -> Vec<Test> {
        let mut bound = [false; 4];
        for literal in body {
            if let Literal::Pos(atom) = literal {
                atom.args.iter().for_each(|a| {
                    if let Arg::Var(v) = a {
                        bound[*v] = true
                    }
                });
            }
        }
        let test = |literal: &Literal| match literal {
            Literal::Pos(atom) => Some(Test::Holds(self.atom(atom, binding))),
            Literal::Neg(atom) => {
                let free: Vec<usize> = (0..4).filter(|&v| !bound[v] && atom.args.contains(&Arg::Var(v))).collect();
                let fill = |row: Vec<usize>| {
                    let mut b = *binding;
                    free.iter().zip(row).for_each(|(&v, c)| b[v] = c);
                    self.atom(atom, &b)
                };
                Some(Test::Fails(rows(free.len(), self.program.domain).into_iter().map(fill).collect()))
            }
            Literal::Differ(..) => None,
            Literal::AtLeast(n, pred) => {
                Some(Test::AtLeast(*n, (self.offsets[*pred]..self.offsets[*pred + 1]).collect()))
            }
        };
        body.iter().filter_map(test).collect()
    }

    fn supported(&self, body: &[Literal], binding: &Binding, possible: &[bool]) -> bool {
        body.iter().all(|l| if let Literal::Pos(a) = l { possible[self.atom(a, binding)] } else { true })
    }

    /// Atoms that hold when every choice makes all its heads true and every negation succeeds: more than in any world.
    fn possible(&self, atoms: usize) -> Vec<bool> {
        let mut possible = vec![false; atoms];
        loop {
            let before = possible.iter().filter(|&&p| p).count();
            for clause in &self.program.clauses {
                for binding in self.instances(&clause.body, &clause.heads) {
                    if self.supported(&clause.body, &binding, &possible) {
                        clause.heads.iter().for_each(|(_, h)| possible[self.atom(h, &binding)] = true);
                    }
                }
            }
            if possible.iter().filter(|&&p| p).count() == before {
                return possible;
            }
        }
    }
}
