% all_or_none/3.
0.5::p(1).
0.4::p(2).
list(L) :- all_or_none(X, p(X), L).
query(list(_)).
%! 0.2 list([1, 2])
%! 0.3 list([1])
%! 0.2 list([2])
%! 0.3 list([])
