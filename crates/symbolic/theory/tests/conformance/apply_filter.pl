% include/3 and exclude/3 in each world.
:- use_module(library(apply)).
0.5::good(1).
0.4::good(2).
good(3).
in(L) :- include(good, [1, 2, 3], L).
ex(L) :- exclude(good, [1, 2, 3], L).
query(in(_)).
query(ex(_)).
%! 0.3 ex([1, 2])
%! 0.2 ex([1])
%! 0.3 ex([2])
%! 0.2 ex([])
%! 0.2 in([1, 2, 3])
%! 0.3 in([1, 3])
%! 0.2 in([2, 3])
%! 0.3 in([3])
