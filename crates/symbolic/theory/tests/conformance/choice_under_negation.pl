% Draws that are seen only through a negation.
0.4::a; 0.6::b :- c.
0.5::c.
x :- \+ a.
y :- \+ a, \+ b.
query(x).
query(y).
%! 0.8 x
%! 0.5 y
