% maplist with several lists.
:- use_module(library(apply)).
0.5::good(1).
0.4::good(2).
succ_of(X, Y) :- Y is X + 1.
add(X, Y, Z) :- Z is X + Y.
all_good :- maplist(good, [1, 2]).
next(L) :- maplist(succ_of, [1, 2, 3], L).
sums(L) :- maplist(add, [1, 2], [10, 20], L).
query(all_good).
query(next(_)).
query(sums(_)).
%! 0.2 all_good
%! 1 next([2, 3, 4])
%! 1 sums([11, 22])
