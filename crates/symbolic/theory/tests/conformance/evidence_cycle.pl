% Evidence inside a cycle.
0.5::edge(a, b).
0.4::edge(b, a).
0.6::edge(b, c).
0.3::edge(a, c).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
evidence(path(a, c)).
evidence(\+ edge(a, c)).
query(edge(a, b)).
query(edge(b, a)).
query(path(b, b)).
%! 1 edge(a,b)
%! 0.4 edge(b,a)
%! 0.4 path(b,b)
