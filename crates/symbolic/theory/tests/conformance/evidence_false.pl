% Conditioning on what was not.
0.3::a.
0.4::b.
c :- a, b.
evidence(c, false).
query(a).
query(b).
query(c).
%! 0.20454545 a
%! 0.31818182 b
%! 0 c
