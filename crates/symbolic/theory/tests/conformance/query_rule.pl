% Queries given by a rule.
0.3::p(1).
0.4::p(2).
0.5::p(3).
wanted(2).
wanted(3).
query(p(X)) :- wanted(X).
%! 0.4 p(2)
%! 0.5 p(3)
