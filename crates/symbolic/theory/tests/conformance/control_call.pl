% Goals as data.
0.3::p(1).
0.6::p(2).
test(G) :- call(G).
apply(F, X) :- call(F, X).
two(F) :- call(F, 1, 2).
less(X, Y) :- X < Y.
goal(p(1)).
goal(p(2)).
any :- goal(G), G.
query(test(p(1))).
query(apply(p, 2)).
query(two(less)).
query(any).
%! 0.72 any
%! 0.6 apply(p,2)
%! 0.3 test(p(1))
%! 1 two(less)
