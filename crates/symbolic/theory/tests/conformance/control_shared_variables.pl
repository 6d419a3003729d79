% Variables shared between branches of a disjunction.
0.5::p(1). 0.4::p(2). 0.3::q(2). 0.2::q(3).
r(X) :- (p(X) ; q(X)).
s(X, Y) :- (p(X), Y = left ; q(X), Y = right), X > 1.
query(r(_)).
query(s(_, _)).
%! 0.5 r(1)
%! 0.58 r(2)
%! 0.2 r(3)
%! 0.4 s(2,left)
%! 0.3 s(2,right)
%! 0.2 s(3,right)
