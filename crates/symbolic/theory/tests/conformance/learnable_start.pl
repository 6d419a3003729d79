% A learnable probability with a start value is used as it stands.
t(0.3)::a.
0.5::b.
c :- a, b.
query(a).
query(c).
%! 0.3 a
%! 0.15 c
