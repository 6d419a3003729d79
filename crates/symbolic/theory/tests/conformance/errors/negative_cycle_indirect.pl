% Through three predicates.
0.5::start.
a :- start, \+ b.
b :- c.
c :- \+ a.
query(a).
%! error NegativeCycle
