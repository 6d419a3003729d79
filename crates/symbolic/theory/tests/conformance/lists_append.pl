% append/3 joins, splits and checks.
:- use_module(library(lists)).
join(L) :- append([1, 2], [3], L).
split(X, Y) :- append(X, Y, [1, 2]).
rest(R) :- append([1], R, [1, 2, 3]).
query(join(_)).
query(split(_, _)).
query(rest(_)).
%! 1 join([1, 2, 3])
%! 1 rest([2, 3])
%! 1 split([1, 2],[])
%! 1 split([1],[2])
%! 1 split([],[1, 2])
