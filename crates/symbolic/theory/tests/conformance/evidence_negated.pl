% The negated form of the same.
0.3::a.
0.4::b.
c :- a.
c :- b.
evidence(\+ c).
evidence(b, false).
query(a).
query(c).
%! 0 a
%! 0 c
