% Constraints and evidence together: exactly one of three, and not the first.
0.5::x(1). 0.2::x(2). 0.4::x(3).
:- x(A), x(B), A < B.
:- \+ x(_).
evidence(\+ x(1)).
query(x(2)).
query(x(3)).
%! 0.27272727 x(2)
%! 0.72727273 x(3)
