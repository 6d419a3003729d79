% Evidence on a conclusion fixes its only premise.
0.3::a.
b :- a.
c :- b.
evidence(c).
query(a).
query(b).
%! 1 a
%! 1 b
