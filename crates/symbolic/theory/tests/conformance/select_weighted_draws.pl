% A weighted draw; two draws with one identifier are the same draw.
:- use_module(library(lists)).
x(X) :- select_weighted(one, [1, 2, 3], [a, b, c], X, _).
same :- select_weighted(one, [1, 2, 3], [a, b, c], X, _), select_weighted(one, [1, 2, 3], [a, b, c], X, _).
other :- select_weighted(one, [1, 2, 3], [a, b, c], X, _), select_weighted(two, [1, 2, 3], [a, b, c], X, _).
query(x(_)).
query(same).
query(other).
%! 0.38888889 other
%! 1 same
%! 0.16666667 x(a)
%! 0.33333333 x(b)
%! 0.5 x(c)
