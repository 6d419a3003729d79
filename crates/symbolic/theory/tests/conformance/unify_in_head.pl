% Repeated variables and structure in heads.
eq(X, X).
pair(p(X, Y), X, Y).
first([X | _], X).
0.3::a(f(X)) :- b(X).
b(1).
b(2).
query(eq(1, 1)).
query(eq(1, 2)).
query(pair(p(1, 2), _, _)).
query(first([7, 8], _)).
query(a(_)).
%! 0.3 a(f(1))
%! 0.3 a(f(2))
%! 1 eq(1,1)
%! 0 eq(1,2)
%! 1 first([7, 8],7)
%! 1 pair(p(1,2),1,2)
