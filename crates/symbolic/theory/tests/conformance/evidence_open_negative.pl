% Everything of an open atom is observed to be false.
0.3::p(1).
0.4::p(2).
q :- p(_).
evidence(q, false).
query(p(1)).
query(p(2)).
%! 0 p(1)
%! 0 p(2)
