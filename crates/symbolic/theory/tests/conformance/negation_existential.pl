% A variable that occurs only under the negation is existential.
0.3::p(1).
0.6::p(2).
q(1).
q(3).
empty :- \+ p(_).
unseen(X) :- q(X), \+ p(X).
query(empty).
query(unseen(_)).
%! 0.28 empty
%! 0.7 unseen(1)
%! 1 unseen(3)
