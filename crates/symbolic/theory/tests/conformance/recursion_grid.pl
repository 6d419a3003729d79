% Walks on a grid with blocked cells.
0.8::free(X, Y) :- between(0, 2, X), between(0, 2, Y).
at(0, 0).
at(X, Y) :- at(A, Y), X is A + 1, X =< 2, free(X, Y).
at(X, Y) :- at(X, B), Y is B + 1, Y =< 2, free(X, Y).
query(at(2, 2)).
query(at(2, 0)).
%! 0.64 at(2,0)
%! 0.71172096 at(2,2)
