% Folding a list, also with a random step.
:- use_module(library(apply)).
0.5::bonus.
add(X, A, B) :- B is A + X.
step(X, A, B) :- bonus, B is A + 2 * X.
step(X, A, B) :- \+ bonus, B is A + X.
total(S) :- foldl(add, [1, 2, 3], 0, S).
random(S) :- foldl(step, [1, 2, 3], 0, S).
query(total(_)).
query(random(_)).
%! 0.5 random(12)
%! 0.5 random(6)
%! 1 total(6)
