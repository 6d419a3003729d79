% Both sides recursive.
0.6::edge(1, 2).
0.7::edge(2, 3).
0.8::edge(3, 1).
0.5::edge(3, 4).
path(X, Y) :- edge(X, Y).
path(X, Y) :- path(X, Z), path(Z, Y).
query(path(1, 4)).
query(path(2, 2)).
%! 0.21 path(1,4)
%! 0.336 path(2,2)
