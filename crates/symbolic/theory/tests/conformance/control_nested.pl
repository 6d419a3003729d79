% Nested disjunctions and negations.
0.5::a. 0.4::b. 0.3::c. 0.2::d.
x :- (a, (b ; c) ; \+ a, d).
y :- \+ (a, (b ; \+ c)).
query(x).
query(y).
%! 0.39 x
%! 0.59 y
