% findall/3 over probabilistic facts: one list for each set of facts that hold.
0.5::p(1).
0.4::p(2).
0.3::p(3).
list(L) :- findall(X, p(X), L).
query(list(_)).
%! 0.06 list([1, 2, 3])
%! 0.14 list([1, 2])
%! 0.09 list([1, 3])
%! 0.21 list([1])
%! 0.06 list([2, 3])
%! 0.14 list([2])
%! 0.09 list([3])
%! 0.21 list([])
