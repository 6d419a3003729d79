% Overlapping proofs are not counted twice.
0.2::a.
0.5::b.
0.7::c.
x :- a, b.
x :- b, c.
x :- c, a.
query(x).
%! 0.45 x
