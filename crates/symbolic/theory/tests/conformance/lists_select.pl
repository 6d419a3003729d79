% select/3 and permutation/2.
:- use_module(library(lists)).
s(X, R) :- select(X, [1, 2, 3], R).
perm(L) :- permutation([1, 2, 3], L).
query(s(_, _)).
query(perm(_)).
%! 1 perm([1, 2, 3])
%! 1 perm([1, 3, 2])
%! 1 perm([2, 1, 3])
%! 1 perm([2, 3, 1])
%! 1 perm([3, 1, 2])
%! 1 perm([3, 2, 1])
%! 1 s(1,[2, 3])
%! 1 s(2,[1, 3])
%! 1 s(3,[1, 2])
