% Evidence given by a rule.
0.3::p(1).
0.4::p(2).
0.5::q(X) :- p(X).
seen(1).
evidence(q(X)) :- seen(X).
query(p(_)).
%! 1 p(1)
%! 0.4 p(2)
