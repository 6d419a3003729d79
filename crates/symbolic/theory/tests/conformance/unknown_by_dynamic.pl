% A predicate that is declared and has no clauses fails.
:- dynamic(extra/1).
0.3::a.
b :- a, \+ extra(1).
query(b).
%! 0.3 b
