% Unreachable: negation above a recursive predicate.
0.5::edge(a, b).
0.5::edge(b, c).
0.5::edge(c, a).
node(a).
node(b).
node(c).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
cut_off(X, Y) :- node(X), node(Y), \+ path(X, Y).
query(cut_off(a, c)).
query(cut_off(a, a)).
query(cut_off(c, b)).
%! 0.875 cut_off(a,a)
%! 0.75 cut_off(a,c)
%! 0.75 cut_off(c,b)
