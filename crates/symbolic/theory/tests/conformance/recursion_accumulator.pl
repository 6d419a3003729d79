% An accumulator that carries the visited nodes.
:- use_module(library(lists)).
0.5::e(1, 2). 0.6::e(2, 3). 0.7::e(1, 3). 0.8::e(3, 1).
path(X, Y) :- walk(X, Y, [X]).
walk(X, X, _).
walk(X, Y, V) :- X \== Y, e(X, Z), \+ memberchk(Z, V), walk(Z, Y, [Z | V]).
query(path(1, 3)).
query(path(3, 2)).
%! 0.79 path(1,3)
%! 0.4 path(3,2)
