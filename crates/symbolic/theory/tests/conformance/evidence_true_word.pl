% evidence/2 with true.
0.3::a.
0.4::b.
c :- a.
c :- b.
evidence(c, true).
query(a).
%! 0.51724138 a
