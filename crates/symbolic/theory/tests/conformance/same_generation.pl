% Same generation with doubt.
0.9::up(a, e). 0.8::up(b, e). 0.7::up(c, f). up(d, f). 0.6::up(e, g). up(f, g).
sg(X, X) :- up(X, _).
sg(X, Y) :- up(X, A), sg(A, B), up(Y, B).
sg(X, X) :- up(_, X).
query(sg(a, b)).
query(sg(a, c)).
query(sg(a, d)).
%! 0.72 sg(a,b)
%! 0.378 sg(a,c)
%! 0.54 sg(a,d)
