% Blood groups in a family of three generations; the groups of some members are known.
0.3::gene(P, S, a); 0.1::gene(P, S, b); 0.6::gene(P, S, o) :- founder(P), side(S).
side(mother).
side(father).
founder(gm1). founder(gf1). founder(gm2). founder(gf2).
mother(ann, gm1). father(ann, gf1).
mother(bob, gm2). father(bob, gf2).
mother(cat, ann). father(cat, bob).
mother(dan, ann). father(dan, bob).
mother(eve, ann). father(eve, bob).
parent(X, mother, M) :- mother(X, M).
parent(X, father, F) :- father(X, F).
0.5::passes(X, S, mother); 0.5::passes(X, S, father) :- parent(X, S, _).
gene(X, S, G) :- parent(X, S, P), passes(X, S, T), gene(P, T, G).
group(X, ab) :- has(X, a), has(X, b).
group(X, a) :- has(X, a), \+ has(X, b).
group(X, b) :- has(X, b), \+ has(X, a).
group(X, o) :- gene(X, mother, o), gene(X, father, o).
has(X, G) :- gene(X, _, G).
evidence(group(gm1, a)).
evidence(group(gf1, o)).
evidence(group(cat, ab)).
evidence(group(dan, a)).
query(group(eve, _)).
query(group(bob, _)).
