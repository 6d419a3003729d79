% A constraint: its body is false. Of the 1 - 0.3 * 0.4 = 0.88 that is left, a has 0.3 * 0.6 and b has 0.7 * 0.4.
0.3::a.
0.4::b.
:- a, b.
query(a).
query(b).
%! 0.20454545 a
%! 0.31818182 b
