% A constraint with variables excludes each of its instances.
0.5::queen(1, 1). 0.5::queen(2, 1). 0.5::queen(1, 2). 0.5::queen(2, 2).
:- queen(X, R), queen(Y, R), X < Y.
:- queen(X, R), queen(X, S), R < S.
one :- queen(_, _).
query(one).
query(queen(1, 1)).
%! 0.85714286 one
%! 0.28571429 queen(1,1)
