% Pairs and keys.
:- use_module(library(lists)).
0.5::score(ann, 3). 0.5::score(bob, 5).
score(cid, 4).
best(X) :- findall(S-P, score(P, S), L), sort(L, M), last(M, _-X).
query(best(_)).
%! 0.5 best(bob)
%! 0.5 best(cid)
