% A probabilistic recursive clause: each instance of its variables is drawn once.
0.5::path(X, Y) :- edge(X, Z), path(Z, Y).
path(X, Y) :- edge(X, Y).
edge(a, b).
edge(b, c).
edge(c, a).
query(path(a, _)).
%! 0.25 path(a,a)
%! 1 path(a,b)
%! 0.5 path(a,c)
