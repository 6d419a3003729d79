//! Lowering of what is collected: `findall/3` and its relatives.

use super::*;

impl Lower<'_> {
    pub(super) fn collect(
        &mut self,
        scope: &mut Scope,
        node: usize,
        places: &FxHashMap<u32, u32>,
        goals: &mut Vec<Goal>,
    ) {
        let span = self.span(scope, node);
        let [template, goal, result] = self.forest.children(node)[..] else { return };
        let name = self.functor(node).map_or("", |f| f.0);
        let mut sorted = false;
        let (kind, collected) = match (name, self.functor(template)) {
            ("findall", _) => (Collect::Findall, Some(template)),
            ("all", _) => (Collect::All, Some(template)),
            ("all_or_none", _) => (Collect::AllOrNone, Some(template)),
            (_, Some(("count", 0))) => (Collect::Count, None),
            (_, Some(("sum", 1))) => (Collect::Sum, Some(template - 1)),
            (_, Some(("max", 1))) => (Collect::Max, Some(template - 1)),
            (_, Some(("min", 1))) => (Collect::Min, Some(template - 1)),
            (_, Some(("bag", 1))) => (Collect::Findall, Some(template - 1)),
            (_, Some(("set", 1))) => {
                sorted = true;
                (Collect::Findall, Some(template - 1))
            }
            _ => {
                let place = self.span(scope, template);
                self.error(
                    Code::Unsupported,
                    place,
                    "this aggregate is not supported",
                    "supported are count, sum(X), max(X), min(X), bag(X) and set(X); findall/3 collects anything else",
                );
                return;
            }
        };
        let collected = collected.map_or(Term::atom(sym::TRUE), |n| self.forest.term(self.terms, n));
        let answer = self.forest.term(self.terms, result);
        let (pred, args) = match self.plain(scope, goal) {
            Plain::Leaf(leaf) => {
                let (name, arity) = self.forest.functor(leaf).expect("a leaf goal is callable");
                match self.resolve(name, arity, self.forest.span(scope.source, leaf)) {
                    Target::User(pred) => {
                        let mut args = Vec::new();
                        self.forest.arguments(self.terms, leaf, &mut args);
                        (pred, args)
                    }
                    Target::Builtin(_) => self.collected(scope, leaf, template, result, places),
                    Target::Refused => return,
                }
            }
            Plain::Refused => return,
            Plain::Compound(node) => self.collected(scope, node, template, result, places),
            Plain::Meta(_) | Plain::True | Plain::Fail => self.collected(scope, goal, template, result, places),
        };
        if !sorted {
            return goals.push(Goal::Collect { kind, template: collected, pred, args, result: answer, span });
        }
        let bag = Term::var(scope.names.len() as u32);
        scope.names.push("_".into());
        goals.push(Goal::Collect { kind, template: collected, pred, args, result: bag, span });
        let sort = self.terms.symbol("sort");
        goals.extend(self.goal_of(sort, vec![bag, answer], span));
    }

    /// An auxiliary predicate for a collected goal. It has all variables that the goal binds, so that two solutions that
    /// differ only in a variable that is not collected still count twice.
    fn collected(
        &mut self,
        scope: &Scope,
        goal: usize,
        template: usize,
        result: usize,
        places: &FxHashMap<u32, u32>,
    ) -> (PredId, Vec<Term>) {
        let span = self.span(scope, goal);
        let mut keep: FxHashSet<u32> = self.bound_vars(goal, false).into_iter().collect();
        keep.extend(self.node_vars(template));
        keep.extend(self.node_vars(result));
        let head: Vec<u32> = self
            .node_vars(goal)
            .into_iter()
            .filter(|v| keep.contains(v) || places.get(v).is_some_and(|&n| n > 1))
            .collect();
        let pred = self.auxiliary("goal", head.len(), span);
        let args = head.iter().map(|&v| Term::var(v)).collect();
        let alternatives = self.alternatives(goal);
        self.jobs.push(Job { pred, head, alternatives, span });
        (pred, args)
    }

    /// The variables that a goal may bind: those that occur outside of negations and of what is collected. Of the sides of a
    /// disjunction `any` takes what one of them binds, otherwise what all of them bind.
    pub fn bound_vars(&self, goal: usize, any: bool) -> Vec<u32> {
        let (mut vars, mut seen) = (Vec::new(), FxHashSet::default());
        let mut stack = vec![goal];
        while let Some(node) = stack.pop() {
            let found = match self.functor(node) {
                Some(("," | "->" | "*->", 2)) => {
                    let (left, right) = self.forest.pair(node);
                    stack.extend([right, left]);
                    continue;
                }
                Some(("call" | "once", 1) | ("^", 2)) => {
                    stack.push(node - 1);
                    continue;
                }
                Some(("ignore", 1)) if any => {
                    stack.push(node - 1);
                    continue;
                }
                Some(("\\+" | "not" | "ignore", 1) | ("forall", 2)) => continue,
                Some(("findall" | "all" | "all_or_none" | "aggregate_all", 3)) => self.node_vars(node - 1),
                Some((";" | "|", 2)) => self.bound_in_sides(node, any),
                _ => self.node_vars(node),
            };
            vars.extend(found.into_iter().filter(|&v| seen.insert(v)));
        }
        vars
    }

    fn bound_in_sides(&self, node: usize, any: bool) -> Vec<u32> {
        let (mut sides, mut node) = (Vec::new(), node);
        while let Some((";" | "|", 2)) = self.functor(node) {
            let (left, right) = self.forest.pair(node);
            sides.push(self.bound_vars(left, any));
            node = right;
        }
        sides.push(self.bound_vars(node, any));
        let mut count: FxHashMap<u32, usize> = FxHashMap::default();
        sides.iter().flatten().for_each(|&v| *count.entry(v).or_insert(0) += 1);
        let wanted = if any { 1 } else { sides.len() };
        let mut seen = FxHashSet::default();
        sides.into_iter().flatten().filter(|&v| count[&v] >= wanted && seen.insert(v)).collect()
    }
}
