% once/1 in a probabilistic program.
0.3::p(1).
q :- once(p(1)).
query(q).
%! 0.3 q
