% A lock with two digits: what is left after a wrong guess.
0.25::digit(I, 0); 0.25::digit(I, 1); 0.25::digit(I, 2); 0.25::digit(I, 3) :- place(I).
place(1).
place(2).
code(A, B) :- digit(1, A), digit(2, B).
sum(S) :- code(A, B), S is A + B.
evidence(code(0, 0), false).
query(sum(0)).
query(sum(3)).
query(code(1, 2)).
%! 0.066666667 code(1,2)
%! 0 sum(0)
%! 0.26666667 sum(3)
