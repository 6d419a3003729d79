% Twice negated.
0.3::a.
b :- \+ a.
c :- \+ b.
d :- \+ \+ a.
query(c).
query(d).
%! 0.3 c
%! 0.3 d
