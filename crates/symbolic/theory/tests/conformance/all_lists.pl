% all/3 is findall/3 without the empty list.
0.5::p(1).
0.4::p(2).
list(L) :- all(X, p(X), L).
query(list(_)).
%! 0.2 list([1, 2])
%! 0.3 list([1])
%! 0.2 list([2])
