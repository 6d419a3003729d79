% A sum over the facts that hold.
0.5::item(1, 3).
0.4::item(2, 4).
item(3, 1).
:- use_module(library(lists)).
total(T) :- findall(W, item(_, W), L), sum_list(L, T).
query(total(_)).
%! 0.3 total(1)
%! 0.3 total(4)
%! 0.2 total(5)
%! 0.2 total(8)
