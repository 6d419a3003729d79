% A probability taken from a list.
:- use_module(library(lists)).
weights([0.2, 0.3, 0.5]).
P::pick(I) :- weights(W), between(1, 3, I), nth1(I, W, P).
query(pick(_)).
%! 0.2 pick(1)
%! 0.3 pick(2)
%! 0.5 pick(3)
