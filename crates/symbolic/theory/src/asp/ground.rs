//! Instantiation: rules with variables become rules over ground atoms.
//!
//! First all atoms that could hold at all are found (negation and bounds set aside), round after round until none is new;
//! then each rule is written out for every way its positive goals match such atoms.

use rustc_hash::{FxHashMap, FxHashSet};

use super::syntax::{Aggregate, Atom, Cmp, Expr, Goal, Head, Op, Rule, Value};
use super::{AtomId, Body, Cost, Ground, GroundRule, Sum};
use crate::budget::{Budget, Meter};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources};

type Key = (String, Vec<Value>);

/// Most numbers that one range stands for.
const LONGEST_RANGE: i64 = 1_000_000;

struct Grounder<'a> {
    meter: Meter,
    sources: &'a Sources,
    ids: FxHashMap<Key, AtomId>,
    atoms: Vec<Key>,
    /// Atoms of a predicate, and those with a value at a place.
    by_name: FxHashMap<(String, usize), Vec<AtomId>>,
    by_value: FxHashMap<(String, usize, usize, Value), Vec<AtomId>>,
    certain: FxHashSet<AtomId>,
}

type Bound = Vec<Option<Value>>;
type Fallible<T> = Result<T, Diagnostic>;

/// Writes out a program.
pub(super) fn ground(rules: &[Rule], sources: &Sources, budget: &Budget) -> Result<Ground, Diagnostics> {
    let mut g = Grounder {
        meter: budget.start(),
        sources,
        ids: FxHashMap::default(),
        atoms: Vec::new(),
        by_name: FxHashMap::default(),
        by_value: FxHashMap::default(),
        certain: FxHashSet::default(),
    };
    g.run(rules).map_err(|d| Diagnostics::one(d, g.sources))
}

impl Grounder<'_> {
    fn run(&mut self, rules: &[Rule]) -> Fallible<Ground> {
        rules.iter().try_for_each(safe)?;
        not_through_aggregates(rules)?;
        loop {
            let before = self.atoms.len() + self.certain.len();
            // Constraints and costs derive nothing.
            for rule in rules.iter().filter(|r| matches!(r.head, Head::Atom(_) | Head::Choice { .. })) {
                let mut found = Vec::new();
                let vars = vec![None; rule.vars.len()];
                self.join(rule, &rule.body, vars, &mut |g, bound| g.heads(rule, &bound, &mut found))?;
                for (key, certain) in found {
                    let id = self.intern(key);
                    if certain {
                        self.certain.insert(id);
                    }
                }
            }
            if self.atoms.len() + self.certain.len() == before {
                break;
            }
        }
        let mut out = Ground { atoms: self.atoms.iter().map(show).collect(), ..Ground::default() };
        for (i, name) in out.atoms.iter().enumerate() {
            out.index.insert(name.clone(), AtomId(i as u32));
        }
        let mut seen = FxHashSet::default();
        let mut costs: Vec<(Vec<Value>, Vec<Body>)> = Vec::new();
        for rule in rules {
            let vars = vec![None; rule.vars.len()];
            self.join(rule, &rule.body, vars, &mut |g, bound| g.write(rule, bound, &mut out, &mut seen, &mut costs))?;
        }
        for (tuple, when) in costs {
            let Value::Int(weight) = tuple[0] else { unreachable!("checked when it was written out") };
            out.costs.push(Cost { weight: weight as f64, when });
        }
        Ok(out)
    }

    /// Atoms that an instance of a rule derives, and whether they certainly hold.
    fn heads(&mut self, rule: &Rule, bound: &Bound, found: &mut Vec<(Key, bool)>) -> Fallible<()> {
        match &rule.head {
            Head::Atom(atom) => {
                let key = self.key(rule, atom, bound)?;
                let sure = |g: &Goal| match g {
                    Goal::Holds(a) => self
                        .key(rule, a, bound)
                        .is_ok_and(|k| self.ids.get(&k).is_some_and(|i| self.certain.contains(i))),
                    Goal::Not(_) => false,
                    Goal::Compare(..) => true,
                };
                let certain = rule.aggregates.is_empty() && rule.body.iter().all(sure);
                found.push((key, certain));
            }
            Head::Choice { elements, .. } => {
                for (atom, goals) in elements {
                    self.join(rule, goals, bound.clone(), &mut |g, b| {
                        found.push((g.key(rule, atom, &b)?, false));
                        Ok(())
                    })?;
                }
            }
            Head::None | Head::Cost(_) => {}
        }
        Ok(())
    }

    fn write(
        &mut self,
        rule: &Rule,
        bound: Bound,
        out: &mut Ground,
        seen: &mut FxHashSet<GroundRule>,
        costs: &mut Vec<(Vec<Value>, Vec<Body>)>,
    ) -> Fallible<()> {
        let Some(mut body) = self.body(rule, &rule.body, &bound)? else { return Ok(()) };
        for aggregate in &rule.aggregates {
            body.sums.push(self.aggregate(rule, aggregate, &bound)?);
        }
        let ground = match &rule.head {
            Head::None => GroundRule::Normal { head: None, body },
            Head::Atom(atom) => {
                let key = self.key(rule, atom, &bound)?;
                let id = self.ids[&key];
                if self.certain.contains(&id) {
                    out.facts.insert(id);
                    return Ok(());
                }
                GroundRule::Normal { head: Some(id), body }
            }
            Head::Choice { elements, low, high } => {
                let mut all = Vec::new();
                for (atom, goals) in elements {
                    self.join(rule, goals, bound.clone(), &mut |g, b| {
                        let id = g.ids[&g.key(rule, atom, &b)?];
                        if let Some(condition) = g.body(rule, goals, &b)?
                            && !all.contains(&(id, condition.clone()))
                        {
                            all.push((id, condition));
                        }
                        Ok(())
                    })?;
                }
                let [low, high] = [low, high].map(|e| e.as_ref().map(|e| self.integer(rule, e, &bound)).transpose());
                GroundRule::Choice { elements: all, low: low?, high: high?, body }
            }
            Head::Cost(tuple) => {
                let tuple = tuple.iter().map(|e| self.value(rule, e, &bound)).collect::<Fallible<Vec<_>>>()?;
                if !matches!(tuple[0], Value::Int(_)) {
                    return Err(wrong(rule, format!("the cost `{}` is no integer", tuple[0])));
                }
                match costs.iter_mut().find(|(t, _)| *t == tuple) {
                    Some((_, when)) => when.push(body),
                    None => costs.push((tuple, vec![body])),
                }
                return Ok(());
            }
        };
        if seen.insert(ground.clone()) {
            out.rules.push(ground);
            self.meter.nodes(out.rules.len()).map_err(|s| stopped(rule, s))?;
        }
        Ok(())
    }

    fn aggregate(&mut self, rule: &Rule, aggregate: &Aggregate, bound: &Bound) -> Fallible<Sum> {
        let mut elements: Vec<(Vec<Value>, Vec<Body>)> = Vec::new();
        for (tuple, goals) in &aggregate.elements {
            self.join(rule, goals, bound.clone(), &mut |g, b| {
                let tuple = tuple.iter().map(|e| g.value(rule, e, &b)).collect::<Fallible<Vec<_>>>()?;
                let Some(condition) = g.body(rule, goals, &b)? else { return Ok(()) };
                match elements.iter_mut().find(|(t, _)| *t == tuple) {
                    Some((_, when)) => when.push(condition),
                    None => elements.push((tuple, vec![condition])),
                }
                Ok(())
            })?;
        }
        let mut weighted = Vec::new();
        for (tuple, when) in elements {
            let weight = match (&tuple[0], aggregate.sum) {
                (_, false) => 1,
                (Value::Int(n), true) => *n,
                (other, true) => return Err(wrong(rule, format!("`{other}` is no integer to be summed"))),
            };
            weighted.push((weight, when));
        }
        let end = |e: &Option<Expr>, open: i64| e.as_ref().map_or(Ok(open), |e| self.integer(rule, e, bound));
        let (low, high) = (end(&aggregate.low, i64::MIN)?, end(&aggregate.high, i64::MAX)?);
        Ok(Sum { negated: aggregate.negated, elements: weighted, low, high })
    }

    /// Goals as ground literals; none if one of them cannot hold.
    fn body(&self, rule: &Rule, goals: &[Goal], bound: &Bound) -> Fallible<Option<Body>> {
        let mut body = Body::default();
        for goal in goals {
            match goal {
                Goal::Holds(atom) => {
                    let Some(&id) = self.ids.get(&self.key(rule, atom, bound)?) else { return Ok(None) };
                    if !self.certain.contains(&id) && !body.holds.contains(&id) {
                        body.holds.push(id);
                    }
                }
                Goal::Not(atom) => match self.ids.get(&self.key(rule, atom, bound)?) {
                    Some(id) if self.certain.contains(id) => return Ok(None),
                    Some(&id) if !body.fails.contains(&id) => body.fails.push(id),
                    _ => {}
                },
                Goal::Compare(..) => {}
            }
        }
        Ok(Some(body))
    }

    /// All ways to make goals match atoms. Goals are taken as soon as their variables allow it.
    fn join(
        &mut self,
        rule: &Rule,
        goals: &[Goal],
        bound: Bound,
        each: &mut dyn FnMut(&mut Self, Bound) -> Fallible<()>,
    ) -> Fallible<()> {
        let goals: Vec<&Goal> = goals.iter().collect();
        self.step(rule, &goals, bound, each)
    }

    fn step(
        &mut self,
        rule: &Rule,
        goals: &[&Goal],
        mut bound: Bound,
        each: &mut dyn FnMut(&mut Self, Bound) -> Fallible<()>,
    ) -> Fallible<()> {
        self.meter.tick(|| 0).map_err(|s| stopped(rule, s))?;
        let ready = |g: &Goal| match g {
            Goal::Compare(Cmp::Eq, Expr::Var(v), right) if bound[*v].is_none() => known(right, &bound),
            Goal::Compare(Cmp::Eq, left, Expr::Var(v)) if bound[*v].is_none() => known(left, &bound),
            Goal::Compare(_, left, right) => known(left, &bound) && known(right, &bound),
            Goal::Holds(_) => false,
            Goal::Not(a) => a.args.iter().all(|e| known(e, &bound)),
        };
        let next = goals.iter().position(|g| ready(g)).or_else(|| {
            // Then the atom with the most known arguments.
            let score = |g: &Goal| match g {
                Goal::Holds(a) => Some(a.args.iter().filter(|e| known(e, &bound)).count()),
                _ => None,
            };
            let best = goals.iter().enumerate().filter_map(|(i, g)| Some((score(g)?, std::cmp::Reverse(i)))).max();
            best.map(|(_, std::cmp::Reverse(i))| i)
        });
        let Some(next) = next else {
            return if goals.is_empty() { each(self, bound) } else { Err(unsafe_rule(rule, &bound)) };
        };
        let rest: Vec<&Goal> = goals[..next].iter().chain(&goals[next + 1..]).copied().collect();
        match goals[next] {
            Goal::Not(_) => self.step(rule, &rest, bound, each),
            Goal::Compare(cmp, left, right) => {
                let (var, other) = match (left, right) {
                    (Expr::Var(v), other) if bound[*v].is_none() => (Some(*v), other),
                    (other, Expr::Var(v)) if bound[*v].is_none() => (Some(*v), other),
                    _ => (None, right),
                };
                if let Expr::Range(ends) = other {
                    let [low, high] = [self.integer(rule, &ends[0], &bound)?, self.integer(rule, &ends[1], &bound)?];
                    if high.saturating_sub(low) > LONGEST_RANGE {
                        return Err(wrong(rule, format!("the range {low}..{high} is longer than {LONGEST_RANGE}")));
                    }
                    if let Some(v) = var {
                        for n in low..=high {
                            bound[v] = Some(Value::Int(n));
                            self.step(rule, &rest, bound.clone(), each)?;
                        }
                    } else if matches!(self.value(rule, left, &bound)?, Value::Int(n) if (low..=high).contains(&n)) {
                        self.step(rule, &rest, bound, each)?;
                    }
                    return Ok(());
                }
                if let Some(v) = var {
                    bound[v] = Some(self.value(rule, other, &bound)?);
                    return self.step(rule, &rest, bound, each);
                }
                let order = self.value(rule, left, &bound)?.cmp(&self.value(rule, right, &bound)?);
                let holds = match cmp {
                    Cmp::Eq => order.is_eq(),
                    Cmp::Ne => order.is_ne(),
                    Cmp::Lt => order.is_lt(),
                    Cmp::Le => order.is_le(),
                    Cmp::Gt => order.is_gt(),
                    Cmp::Ge => order.is_ge(),
                };
                if holds { self.step(rule, &rest, bound, each) } else { Ok(()) }
            }
            Goal::Holds(atom) => {
                let candidates = self.candidates(rule, atom, &bound)?;
                for id in candidates {
                    let values = self.atoms[id.0 as usize].1.clone();
                    let mut here = bound.clone();
                    if self.matches(rule, atom, &values, &mut here)? {
                        self.step(rule, &rest, here, each)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn candidates(&self, rule: &Rule, atom: &Atom, bound: &Bound) -> Fallible<Vec<AtomId>> {
        let n = atom.args.len();
        let Some(mut best) = self.by_name.get(&(atom.name.clone(), n)) else { return Ok(Vec::new()) };
        for (place, arg) in atom.args.iter().enumerate() {
            if known(arg, bound) {
                match self.by_value.get(&(atom.name.clone(), n, place, self.value(rule, arg, bound)?)) {
                    Some(list) if list.len() < best.len() => best = list,
                    Some(_) => {}
                    None => return Ok(Vec::new()),
                }
            }
        }
        Ok(best.clone())
    }

    fn matches(&self, rule: &Rule, atom: &Atom, values: &[Value], bound: &mut Bound) -> Fallible<bool> {
        for (arg, value) in atom.args.iter().zip(values) {
            match arg {
                Expr::Var(v) if bound[*v].is_none() => bound[*v] = Some(value.clone()),
                _ if known(arg, bound) => {
                    if self.value(rule, arg, bound)? != *value {
                        return Ok(false);
                    }
                }
                _ => return Err(unsafe_rule(rule, bound)),
            }
        }
        Ok(true)
    }

    fn key(&self, rule: &Rule, atom: &Atom, bound: &Bound) -> Fallible<Key> {
        let values = atom.args.iter().map(|e| self.value(rule, e, bound)).collect::<Fallible<Vec<_>>>()?;
        Ok((atom.name.clone(), values))
    }

    fn intern(&mut self, key: Key) -> AtomId {
        if let Some(&id) = self.ids.get(&key) {
            return id;
        }
        let id = AtomId(self.atoms.len() as u32);
        let n = key.1.len();
        self.by_name.entry((key.0.clone(), n)).or_default().push(id);
        for (place, value) in key.1.iter().enumerate() {
            self.by_value.entry((key.0.clone(), n, place, value.clone())).or_default().push(id);
        }
        self.ids.insert(key.clone(), id);
        self.atoms.push(key);
        id
    }

    fn integer(&self, rule: &Rule, expr: &Expr, bound: &Bound) -> Fallible<i64> {
        match self.value(rule, expr, bound)? {
            Value::Int(n) => Ok(n),
            other => Err(wrong(rule, format!("`{other}` stands where an integer is needed"))),
        }
    }

    fn value(&self, rule: &Rule, expr: &Expr, bound: &Bound) -> Fallible<Value> {
        Ok(match expr {
            Expr::Value(value) => value.clone(),
            Expr::Var(v) => bound[*v].clone().ok_or_else(|| unsafe_rule(rule, bound))?,
            Expr::Abs(inner) => Value::Int(self.integer(rule, inner, bound)?.saturating_abs()),
            Expr::Op(op, sides) => {
                let [a, b] = [self.integer(rule, &sides[0], bound)?, self.integer(rule, &sides[1], bound)?];
                let result = match op {
                    Op::Add => a.checked_add(b),
                    Op::Sub => a.checked_sub(b),
                    Op::Mul => a.checked_mul(b),
                    Op::Div => a.checked_div(b),
                    Op::Mod => a.checked_rem(b),
                };
                Value::Int(result.ok_or_else(|| wrong(rule, "its arithmetic divides by zero or overflows".into()))?)
            }
            Expr::Range(_) => return Err(wrong(rule, "a range stands on the right of `X = a..b` only".into())),
        })
    }
}

fn known(expr: &Expr, bound: &Bound) -> bool {
    match expr {
        Expr::Value(_) => true,
        Expr::Var(v) => bound[*v].is_some(),
        Expr::Abs(inner) => known(inner, bound),
        Expr::Op(_, sides) | Expr::Range(sides) => sides.iter().all(|s| known(s, bound)),
    }
}

fn show((name, values): &Key) -> String {
    let values: Vec<String> = values.iter().map(Value::to_string).collect();
    if values.is_empty() { name.clone() } else { format!("{name}({})", values.join(",")) }
}

fn wrong(rule: &Rule, message: String) -> Diagnostic {
    Diagnostic::error(Code::Arithmetic, rule.span, message)
}

fn stopped(rule: &Rule, stop: crate::budget::Stop) -> Diagnostic {
    Diagnostic::error(Code::Budget, rule.span, format!("{stop} while this rule was written out"))
        .help("give a larger budget, or a rule with fewer instances")
}

fn unsafe_rule(rule: &Rule, bound: &Bound) -> Diagnostic {
    let free = rule.vars.iter().zip(bound).find(|(v, b)| b.is_none() && !v.starts_with('_'));
    let name = free.map_or("a variable", |(v, _)| v.as_str());
    Diagnostic::error(Code::UnsafeVariable, rule.span, format!("`{name}` is bound by no positive goal of this rule"))
        .help("add a goal that says over what it ranges, such as `num(X)` or `X = 1..9`")
}

/// Refuses rules with a variable that nothing binds before any instance is looked for.
fn safe(rule: &Rule) -> Fallible<()> {
    let mut bound: Bound = vec![None; rule.vars.len()];
    let zero = Some(Value::Int(0));
    let bind = |goals: &[Goal], bound: &mut Bound| loop {
        let before = bound.iter().flatten().count();
        for goal in goals {
            match goal {
                Goal::Holds(a) => a.args.iter().for_each(|e| {
                    if let Expr::Var(v) = e {
                        bound[*v] = zero.clone();
                    }
                }),
                Goal::Compare(Cmp::Eq, Expr::Var(v), e) | Goal::Compare(Cmp::Eq, e, Expr::Var(v))
                    if known(e, bound) =>
                {
                    bound[*v] = zero.clone();
                }
                _ => {}
            }
        }
        if bound.iter().flatten().count() == before {
            break;
        }
    };
    bind(&rule.body, &mut bound);
    let good = |goals: &[Goal], bound: &Bound| {
        goals.iter().all(|g| match g {
            Goal::Holds(a) | Goal::Not(a) => a.args.iter().all(|e| known(e, bound)),
            Goal::Compare(_, l, r) => known(l, bound) && known(r, bound),
        })
    };
    let mut fine = good(&rule.body, &bound);
    match &rule.head {
        Head::Atom(a) => fine &= a.args.iter().all(|e| known(e, &bound)),
        Head::Cost(tuple) => fine &= tuple.iter().all(|e| known(e, &bound)),
        Head::Choice { elements, low, high } => {
            fine &= low.iter().chain(high).all(|e| known(e, &bound));
            for (atom, goals) in elements {
                let mut here = bound.clone();
                bind(goals, &mut here);
                fine &= good(goals, &here) && atom.args.iter().all(|e| known(e, &here));
            }
        }
        Head::None => {}
    }
    for aggregate in &rule.aggregates {
        fine &= aggregate.low.iter().chain(&aggregate.high).all(|e| known(e, &bound));
        for (tuple, goals) in &aggregate.elements {
            let mut here = bound.clone();
            bind(goals, &mut here);
            fine &= good(goals, &here) && tuple.iter().all(|e| known(e, &here));
        }
    }
    if fine { Ok(()) } else { Err(unsafe_rule(rule, &bound)) }
}

/// Refuses programs in which a predicate depends on itself through an aggregate: there semantics disagree.
fn not_through_aggregates(rules: &[Rule]) -> Fallible<()> {
    let mut needs: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
    let name = |g: &Goal| match g {
        Goal::Holds(a) | Goal::Not(a) => Some(a.name.clone()),
        Goal::Compare(..) => None,
    };
    let atoms = |goals: &'_ [Goal]| goals.iter().filter_map(name).collect::<Vec<String>>();
    let mut edges: Vec<(String, Vec<String>)> = Vec::new();
    let mut through: Vec<(String, Vec<String>, &Rule)> = Vec::new();
    for rule in rules {
        let heads: Vec<(String, Vec<String>)> = match &rule.head {
            Head::Atom(a) => vec![(a.name.clone(), Vec::new())],
            Head::Choice { elements, .. } => elements.iter().map(|(a, g)| (a.name.clone(), atoms(g))).collect(),
            Head::None | Head::Cost(_) => Vec::new(),
        };
        let counted: Vec<String> =
            rule.aggregates.iter().flat_map(|a| &a.elements).flat_map(|(_, g)| atoms(g)).collect();
        for (head, own) in heads {
            edges.push((head.clone(), [atoms(&rule.body), own, counted.clone()].concat()));
            through.push((head, counted.clone(), rule));
        }
    }
    for (head, to) in &edges {
        needs.entry(head).or_default().extend(to.iter().map(String::as_str));
    }
    for (head, counted, rule) in &through {
        let mut todo: Vec<&str> = counted.iter().map(String::as_str).collect();
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        while let Some(name) = todo.pop() {
            if name == head {
                let message = format!("`{head}` depends on itself through an aggregate");
                let help = "count something that does not depend on it; semantics differ about such programs";
                return Err(Diagnostic::error(Code::Unsupported, rule.span, message).help(help));
            }
            if seen.insert(name) {
                todo.extend(needs.get(name).into_iter().flatten());
            }
        }
    }
    Ok(())
}
