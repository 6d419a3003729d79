% An infection spreads over a small contact network for four days; people recover.
:- use_module(library(lists)).
contact(a, b). contact(b, c). contact(c, d). contact(d, a). contact(b, d). contact(d, e).
meet(X, Y) :- contact(X, Y).
meet(X, Y) :- contact(Y, X).
0.2::seed(X) :- member(X, [a, b, c, d, e]).
0.3::transmits(X, Y, T) :- meet(X, Y), between(1, 3, T).
0.5::recovers(X, T) :- member(X, [a, b, c, d, e]), between(1, 3, T).
ill(X, 0) :- seed(X).
ill(X, T) :- T > 0, S is T - 1, ill(X, S), \+ recovers(X, T).
ill(X, T) :- T > 0, S is T - 1, meet(Y, X), ill(Y, S), transmits(Y, X, T).
evidence(ill(a, 0)).
evidence(\+ ill(c, 1)).
query(ill(e, 1)).
query(ill(e, 2)).
query(ill(c, 2)).
