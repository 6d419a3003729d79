% Constraints that leave no possible world.
0.5::a.
:- a.
:- \+ a.
query(a).
%! error Contradiction
