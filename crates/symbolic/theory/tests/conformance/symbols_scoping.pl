% Variable names are local to a clause; an underscore is a new variable each time.
p(1, 2).
p(2, 2).
same(X) :- p(X, X).
any :- p(_, _).
different :- p(X, Y), X \= Y.
query(same(_)).
query(any).
query(different).
%! 1 any
%! 1 different
%! 1 same(2)
