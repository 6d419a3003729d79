"""Writes the parametrised programs of the bench into `programs/`: always the same ones, from fixed seeds.

Each family is one function that returns the text of a program of a given size. Only `Random.random()` is used, whose
sequence for a seed is the same in every version of Python.
"""

import random
import sys
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"


class Dice:
    """The few random draws that the families need."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, n):
        return int(self.random() * n)

    def probability(self, low=0.1, high=0.9):
        return f"{low + (high - low) * self.random():.3f}"

    def distribution(self, n):
        """n three-digit numbers that sum to exactly one."""
        cuts = [1 + self.below(998) for _ in range(n - 1)]
        edges = [0, *sorted(cuts), 1000]
        return [f"{(b - a) / 1000:.3f}" for a, b in zip(edges, edges[1:])]

    def sample(self, items, k):
        items = list(items)
        return [items.pop(self.below(len(items))) for _ in range(k)]


def lines(*parts):
    return "\n".join(parts) + "\n"


def network(title, nodes, seed, evidence, queries):
    """A Bayesian network with random tables; `nodes`: name -> (number of values, parents), parents first."""
    dice, out = Dice(seed), [f"% {title}"]
    for name, (size, parents) in nodes.items():
        rows = [[]]
        for parent in parents:
            rows = [row + [(parent, v)] for row in rows for v in range(nodes[parent][0])]
        for row in rows:
            head = "; ".join(f"{p}::{name}({v})" for v, p in enumerate(dice.distribution(size)))
            body = ", ".join(f"{p}({v})" for p, v in row)
            out.append(f"{head} :- {body}." if body else f"{head}.")
    out += [f"evidence({name}({v}))." for name, v in evidence]
    out += [f"query({name}(_))." for name in queries]
    return lines(*out)


# The structure of the ALARM monitoring network (Beinlich et al. 1989): number of values and parents of its 37 variables.
ALARM = {
    "lvfailure": (2, []), "hypovolemia": (2, []), "errlowoutput": (2, []), "errcauter": (2, []),
    "insuffanesth": (2, []), "anaphylaxis": (2, []), "kinkedtube": (2, []), "fio2": (2, []),
    "pulmembolus": (2, []), "intubation": (3, []), "disconnect": (2, []), "minvolset": (3, []),
    "history": (2, ["lvfailure"]),
    "lvedvolume": (3, ["hypovolemia", "lvfailure"]),
    "cvp": (3, ["lvedvolume"]),
    "pcwp": (3, ["lvedvolume"]),
    "strokevolume": (3, ["hypovolemia", "lvfailure"]),
    "tpr": (3, ["anaphylaxis"]),
    "pap": (3, ["pulmembolus"]),
    "shunt": (2, ["intubation", "pulmembolus"]),
    "ventmach": (4, ["minvolset"]),
    "venttube": (4, ["disconnect", "ventmach"]),
    "press": (4, ["intubation", "kinkedtube", "venttube"]),
    "ventlung": (4, ["intubation", "kinkedtube", "venttube"]),
    "minvol": (4, ["intubation", "ventlung"]),
    "ventalv": (4, ["intubation", "ventlung"]),
    "pvsat": (3, ["fio2", "ventalv"]),
    "sao2": (3, ["pvsat", "shunt"]),
    "artco2": (3, ["ventalv"]),
    "expco2": (4, ["artco2", "ventlung"]),
    "catechol": (2, ["artco2", "insuffanesth", "sao2", "tpr"]),
    "hr": (3, ["catechol"]),
    "hrbp": (3, ["errlowoutput", "hr"]),
    "hrekg": (3, ["errcauter", "hr"]),
    "hrsat": (3, ["errcauter", "hr"]),
    "co": (3, ["hr", "strokevolume"]),
    "bp": (3, ["co", "tpr"]),
}


def alarm():
    seen = [("hrbp", 1), ("cvp", 2), ("bp", 0), ("expco2", 1), ("minvol", 2)]
    asked = ["hypovolemia", "lvfailure", "anaphylaxis", "kinkedtube", "pulmembolus", "disconnect"]
    return network("A network of the shape of ALARM: 37 variables, random tables.", ALARM, 37, seen, asked)


def alarm_prior():
    return network("All leaves of a network of the shape of ALARM, without evidence.", ALARM, 73, [], ["bp", "hrbp", "press"])


def bn_grid(n):
    """n by n Boolean variables, each with its upper and left neighbour as parents."""
    dice, out = Dice(100 + n), [f"% A {n} by {n} grid of Boolean variables, each with two parents."]
    for i in range(n):
        for j in range(n):
            rows = [[]]
            for p in ([f"x{i - 1}_{j}"] if i else []) + ([f"x{i}_{j - 1}"] if j else []):
                rows = [row + [lit] for row in rows for lit in (p, f"\\+ {p}")]
            for row in rows:
                body = f" :- {', '.join(row)}" if row else ""
                out.append(f"{dice.probability()}::x{i}_{j}{body}.")
    out += ["evidence(x0_%d)." % (n - 1), f"query(x{n - 1}_{n - 1}).", f"query(x{n - 1}_0)."]
    return lines(*out)


def noisy_or(n):
    dice, out = Dice(200 + n), [f"% One effect of {n} causes, each of which may fail to bring it about."]
    for i in range(n):
        out += [f"{dice.probability(0.01, 0.3)}::cause({i}).", f"{dice.probability()}::effect :- cause({i})."]
    return lines(*out, "0.01::effect.", "evidence(effect).", "query(cause(0)).", f"query(cause({n - 1})).")


def diagnosis(diseases, symptoms):
    """A two-layer noisy-or network (as in QMR-DT): many diseases, many symptoms, some seen."""
    dice, out = Dice(300 + diseases), [f"% {diseases} diseases, {symptoms} symptoms, each caused by up to four diseases."]
    out += [f"{dice.probability(0.01, 0.1)}::disease({d})." for d in range(diseases)]
    for s in range(symptoms):
        for d in dice.sample(range(diseases), 2 + dice.below(3)):
            out.append(f"{dice.probability(0.2, 0.95)}::symptom({s}) :- disease({d}).")
        out.append(f"0.02::symptom({s}).")
    for s in range(0, symptoms, 2):
        out.append(f"evidence(symptom({s}){'' if dice.below(3) else ', false'}).")
    return lines(*out, *[f"query(disease({d}))." for d in range(diseases)])


def hmm(steps):
    """Weather and umbrella: two hidden states, evidence at every step."""
    dice, out = Dice(400 + steps), [f"% A hidden Markov model of {steps} steps, observed at each."]
    out += [
        "0.6::state(0, sun); 0.4::state(0, rain).",
        f"0.8::state(T, sun); 0.2::state(T, rain) :- between(1, {steps}, T), S is T - 1, state(S, sun).",
        f"0.3::state(T, sun); 0.7::state(T, rain) :- between(1, {steps}, T), S is T - 1, state(S, rain).",
        "0.1::umbrella(T) :- state(T, sun).",
        "0.9::umbrella(T) :- state(T, rain).",
    ]
    out += [f"evidence(umbrella({t}), {'true' if dice.below(2) else 'false'})." for t in range(1, steps + 1)]
    return lines(*out, f"query(state({steps}, _)).", "query(state(0, _)).")


def smokers(people):
    """Stress and influence over a friendship graph with cycles."""
    dice, out = Dice(500 + people), [f"% {people} people, two to three friends each: influence runs in circles."]
    out += [
        "0.3::stress(X) :- person(X).",
        "0.2::influences(X, Y) :- person(X), person(Y), friend(X, Y).",
        "smokes(X) :- stress(X).",
        "smokes(X) :- friend(X, Y), influences(Y, X), smokes(Y).",
        "0.4::asthma(X) :- smokes(X).",
    ]
    out += [f"person(p{i})." for i in range(people)]
    pairs = {(i, (i + 1) % people) for i in range(people)}
    pairs |= {tuple(dice.sample(range(people), 2)) for _ in range(people // 3)}
    friends = sorted({(a, b) for a, b in pairs} | {(b, a) for a, b in pairs})
    out += [f"friend(p{a}, p{b})." for a, b in friends]
    return lines(*out, "evidence(smokes(p1)).", "evidence(\\+ asthma(p2)).", "query(smokes(_)).", "query(asthma(p0)).")


def reliability(nodes):
    """Two-terminal reliability of a directed random graph with cycles."""
    dice, out = Dice(600 + nodes), [f"% Is the last of {nodes} places connected to the first? Roads run in circles."]
    edges = {(i, i + 1) for i in range(nodes - 1)}
    while len(edges) < 2 * nodes:
        a, b = dice.sample(range(nodes), 2)
        if abs(a - b) <= 4:
            edges.add((a, b))
    out += [f"{dice.probability(0.3, 0.9)}::edge({a}, {b})." for a, b in sorted(edges)]
    out += ["path(X, Y) :- edge(X, Y).", "path(X, Y) :- edge(X, Z), path(Z, Y)."]
    return lines(*out, f"query(path(0, {nodes - 1})).")


def reliability_undirected(nodes):
    dice, out = Dice(650 + nodes), [f"% An undirected network of {nodes} places."]
    edges = {(i, i + 1) for i in range(nodes - 1)}
    while len(edges) < nodes + nodes // 2:
        a, b = sorted(dice.sample(range(nodes), 2))
        if b - a <= 3:
            edges.add((a, b))
    out += [f"{dice.probability(0.5, 0.95)}::link({a}, {b})." for a, b in sorted(edges)]
    out += [
        "joined(X, Y) :- link(X, Y).",
        "joined(X, Y) :- link(Y, X).",
        "reach(0).",
        "reach(Y) :- reach(X), joined(X, Y).",
    ]
    return lines(*out, f"query(reach({nodes - 1})).", f"query(reach({nodes // 2})).")


def addition(digits):
    """The sum of two numbers whose digits are uncertain, as a digit recogniser gives them."""
    dice, out = Dice(700 + digits), [f"% The sum of two numbers of {digits} uncertain digits each."]
    for number in ("a", "b"):
        for place in range(digits):
            values = dice.distribution(10)
            out.append("; ".join(f"{p}::digit({number}, {place}, {v})" for v, p in enumerate(values)) + ".")
    out += [
        f"number(_, {digits}, 0).".replace("number", "value"),
        f"value(N, I, V) :- I < {digits}, J is I + 1, digit(N, I, D), value(N, J, W), V is D + 10 * W.",
        "sum(S) :- value(a, 0, X), value(b, 0, Y), S is X + Y.",
    ]
    total = 10**digits
    wanted = range(0, 2 * total - 1) if digits == 1 else [total - 1, total, total + total // 3]
    return lines(*out, *[f"query(sum({s}))." for s in wanted])


def addition_carry(digits):
    """The same, digit by digit with a carry: the form that stays small for long numbers."""
    dice, out = Dice(750 + digits), [f"% Adding two numbers of {digits} uncertain digits with carries."]
    for number in ("a", "b"):
        for place in range(digits):
            values = dice.distribution(10)
            out.append("; ".join(f"{p}::digit({number}, {place}, {v})" for v, p in enumerate(values)) + ".")
    out += [
        "carry(0, 0).",
        f"carry(J, C) :- between(1, {digits}, J), I is J - 1, column(I, S), C is S // 10.",
        "column(I, S) :- carry(I, C), digit(a, I, X), digit(b, I, Y), S is X + Y + C.",
        "result(I, D) :- column(I, S), D is S mod 10.",
    ]
    return lines(*out, f"query(result({digits - 1}, _)).", f"query(carry({digits}, 1)).")


def lists(n):
    items = ", ".join(str((i * 7919) % 1000) for i in range(n))
    return lines(
        f"% Recursion over a list of {n} numbers; one of them is uncertain.",
        f"items([{items}]).",
        "0.5::bonus(10); 0.5::bonus(0).",
        "total([], B) :- bonus(B).",
        "total([X | T], S) :- total(T, R), S is R + X.",
        "size([], 0).",
        "size([_ | T], N) :- size(T, M), N is M + 1.",
        "even_last([X]) :- 0 is X mod 2.",
        "even_last([_ | T]) :- even_last(T).",
        "ask(S) :- items(L), total(L, S).",
        "long(N) :- items(L), size(L, N).",
        "last_even :- items(L), even_last(L).",
        "query(ask(_)).",
        "query(long(_)).",
        "query(last_even).",
    )


def reverse(n):
    items = ", ".join(str(i) for i in range(n))
    return lines(
        f"% Reversal with an accumulator, {n} elements.",
        f"items([{items}]).",
        "0.3::flip.",
        "rev([], A, A).",
        "rev([X | T], A, R) :- rev(T, [X | A], R).",
        "out(H) :- flip, items(L), rev(L, [], [H | _]).",
        "out(H) :- \\+ flip, items([H | _]).",
        "query(out(_)).",
    )


def chain(steps):
    """A Markov chain over three states."""
    rows = [("a", "0.5", "0.3", "0.2"), ("b", "0.1", "0.6", "0.3"), ("c", "0.25", "0.25", "0.5")]
    out = [f"% A Markov chain of {steps} steps over three states."]
    out.append("0.2::at(0, a); 0.3::at(0, b); 0.5::at(0, c).")
    for state, a, b, c in rows:
        guard = f"between(1, {steps}, T), S is T - 1, at(S, {state})"
        out.append(f"{a}::at(T, a); {b}::at(T, b); {c}::at(T, c) :- {guard}.")
    return lines(*out, f"query(at({steps}, _)).")


def walk(steps):
    """A bounded random walk that reflects at the walls, with negation."""
    return lines(
        f"% A walk on 0..6 of {steps} steps that stays put at the walls.",
        f"0.5::up(T) :- between(1, {steps}, T).",
        "at(0, 3).",
        f"at(T, X) :- between(1, {steps}, T), S is T - 1, at(S, Y), up(T), Y < 6, X is Y + 1.",
        f"at(T, X) :- between(1, {steps}, T), S is T - 1, at(S, Y), \\+ up(T), Y > 0, X is Y - 1.",
        f"at(T, 6) :- between(1, {steps}, T), S is T - 1, at(S, 6), up(T).",
        f"at(T, 0) :- between(1, {steps}, T), S is T - 1, at(S, 0), \\+ up(T).",
        f"query(at({steps}, _)).",
    )


def facts(n):
    """Many independent facts, one proof each."""
    dice, out = Dice(800 + n), [f"% {n} uncertain facts; each answer has one proof."]
    out += [f"{dice.probability()}::seen({i})." for i in range(n)]
    out += [f"kind({i}, k{i % 10})." for i in range(n)]
    return lines(*out, "found(X) :- seen(X), kind(X, k3).", "query(found(_)).")


def queries(n):
    """Many queries over one small cyclic graph."""
    dice, out = Dice(900 + n), [f"% All pairs of {n} places: many queries that share their proofs."]
    edges = {(i, (i + 1) % n) for i in range(n)} | {((i + 3) % n, i) for i in range(0, n, 2)}
    out += [f"{dice.probability(0.3, 0.9)}::edge({a}, {b})." for a, b in sorted(edges)]
    out += ["path(X, Y) :- edge(X, Y).", "path(X, Y) :- edge(X, Z), path(Z, Y)."]
    return lines(*out, "query(path(_, _)).")


def observations(n):
    """A bias learned from many observations."""
    dice, out = Dice(1000 + n), [f"% Three machines, {n} observed products."]
    out += [
        "0.5::machine(a); 0.3::machine(b); 0.2::machine(c).",
        "0.9::good(I) :- item(I), machine(a).",
        "0.7::good(I) :- item(I), machine(b).",
        "0.4::good(I) :- item(I), machine(c).",
    ]
    out += [f"item({i})." for i in range(n + 1)]
    out += [f"evidence(good({i}){'' if dice.below(4) else ', false'})." for i in range(n)]
    return lines(*out, "query(machine(_)).", f"query(good({n})).")


FAMILIES = {
    "alarm": alarm,
    "alarm_prior": alarm_prior,
    **{f"bn_grid_{n}": lambda n=n: bn_grid(n) for n in (4, 5, 6)},
    **{f"noisy_or_{n}": lambda n=n: noisy_or(n) for n in (20, 50, 100)},
    "diagnosis_8": lambda: diagnosis(8, 10),
    "diagnosis_20": lambda: diagnosis(20, 30),
    **{f"hmm_{n}": lambda n=n: hmm(n) for n in (20, 50, 100, 200)},
    **{f"smokers_{n}": lambda n=n: smokers(n) for n in (5, 8, 12, 15)},
    **{f"reliability_{n}": lambda n=n: reliability(n) for n in (8, 10, 12, 15)},
    **{f"undirected_{n}": lambda n=n: reliability_undirected(n) for n in (8, 12, 16)},
    **{f"addition_{n}": lambda n=n: addition(n) for n in (1, 2, 3)},
    **{f"addition_carry_{n}": lambda n=n: addition_carry(n) for n in (2, 4)},
    **{f"lists_{n}": lambda n=n: lists(n) for n in (300, 1000)},
    **{f"reverse_{n}": lambda n=n: reverse(n) for n in (100, 300)},
    **{f"chain_{n}": lambda n=n: chain(n) for n in (20, 50)},
    **{f"walk_{n}": lambda n=n: walk(n) for n in (10, 20)},
    **{f"facts_{n}": lambda n=n: facts(n) for n in (1000, 10000)},
    **{f"queries_{n}": lambda n=n: queries(n) for n in (6, 8)},
    **{f"observations_{n}": lambda n=n: observations(n) for n in (20, 100)},
}


def write(folder=PROGRAMS):
    """Writes every program whose file is missing or different."""
    for name, make in FAMILIES.items():
        path, text = folder / f"{name}.pl", make()
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else PROGRAMS)
