% A probability that nothing computes.
P::a :- b.
b.
query(a).
%! error UnsafeVariable
