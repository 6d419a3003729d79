% Probabilities written as sums and products.
0.1 + 0.2::a.
0.5 * 0.5::b.
1 - 0.3::c.
query(a).
query(b).
query(c).
%! 0.3 a
%! 0.25 b
%! 0.7 c
