% A probability that is computed in the body.
age(ann, 20).
age(bob, 50).
P::ill(X) :- age(X, A), P is A / 100.
query(ill(_)).
%! 0.2 ill(ann)
%! 0.5 ill(bob)
