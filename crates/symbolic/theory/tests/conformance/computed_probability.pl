% A probability that is looked up.
weight(a, 0.2).
weight(b, 0.7).
P::chosen(X) :- weight(X, P).
query(chosen(_)).
%! 0.2 chosen(a)
%! 0.7 chosen(b)
