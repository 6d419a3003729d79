% Answers that share a choice.
0.5::a.
0.4::b.
p(1) :- a.
p(2) :- a, b.
p(3) :- \+ a.
list(L) :- findall(X, p(X), L).
query(list(_)).
%! 0.2 list([1, 2])
%! 0.3 list([1])
%! 0 list([3, 2])
%! 0.5 list([3])
