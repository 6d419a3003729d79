% Left recursion.
0.6::edge(1, 2).
0.7::edge(2, 3).
0.8::edge(3, 1).
path(X, Y) :- path(X, Z), edge(Z, Y).
path(X, Y) :- edge(X, Y).
query(path(1, _)).
%! 0.336 path(1,1)
%! 0.6 path(1,2)
%! 0.42 path(1,3)
