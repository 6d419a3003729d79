% A choice that occurs twice in a proof counts once.
0.3::a.
0.5::b.
x :- a, b.
y :- x, a.
query(y).
%! 0.15 y
