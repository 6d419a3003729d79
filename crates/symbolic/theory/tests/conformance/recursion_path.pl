% Cycles in a graph.
0.6::edge(1, 2).
0.1::edge(1, 3).
0.4::edge(2, 5).
0.3::edge(2, 6).
0.3::edge(3, 4).
0.8::edge(4, 5).
0.2::edge(5, 6).
0.5::edge(6, 1).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
query(path(1, 5)).
query(path(1, 6)).
query(path(_, 1)).
%! 0.1083648 path(1,1)
%! 0.25824 path(1,5)
%! 0.2167296 path(1,6)
%! 0.178 path(2,1)
%! 0.024 path(3,1)
%! 0.08 path(4,1)
%! 0.1 path(5,1)
%! 0.5 path(6,1)
