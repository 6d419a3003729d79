% The query itself was observed.
0.3::a.
0.4::b.
c :- a, b.
evidence(c).
query(c).
query(a).
%! 1 a
%! 1 c
