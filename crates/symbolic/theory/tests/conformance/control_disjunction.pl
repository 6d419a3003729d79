% Disjunction in a body.
0.3::a.
0.4::b.
0.5::c.
x :- a, (b ; c).
y :- (a ; b), (b ; c).
query(x).
query(y).
%! 0.21 x
%! 0.49 y
