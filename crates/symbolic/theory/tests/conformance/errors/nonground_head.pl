% A probabilistic clause whose head stays open.
0.5::p(X, Y) :- q(X).
q(1).
query(p(1, _)).
%! error NonGround
