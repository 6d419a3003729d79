% A 3 by 4 grid of two-way streets: the reachability relation is cyclic.
:- use_module(library(lists)).
0.7::street(X, Y, right) :- member(X, [1, 2]), member(Y, [1, 2, 3, 4]).
0.7::street(X, Y, up) :- member(X, [1, 2, 3]), member(Y, [1, 2, 3]).
open(X, Y, Z, Y) :- street(X, Y, right), Z is X + 1.
open(X, Y, X, Z) :- street(X, Y, up), Z is Y + 1.
way(A, B, C, D) :- open(A, B, C, D).
way(A, B, C, D) :- open(C, D, A, B).
reach(1, 1).
reach(Z, W) :- way(X, Y, Z, W), reach(X, Y).
query(reach(3, 4)).
