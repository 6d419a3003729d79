% Collecting the solutions of a goal that is given as an argument.
0.5::p(1).
p(2).
collect(G, X, L) :- findall(X, G, L).
c(L) :- collect(p(Y), Y, L).
query(c(_)).
%! 0.5 c([1, 2])
%! 0.5 c([2])
