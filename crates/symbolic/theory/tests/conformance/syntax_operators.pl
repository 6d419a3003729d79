% Operators and precedence.
t(1) :- X = 1 + 2 * 3, X = +(1, *(2, 3)).
t(2) :- X = 1 - 2 - 3, X = -(-(1, 2), 3).
t(3) :- X = (a :- b, c), X = ':-'(a, ','(b, c)).
t(4) :- X = [1, 2 | T], T = [3], X = [1, 2, 3].
t(5) :- X = -(1), Y is X + 1, Y =:= 0.
t(6) :- X is 2 - -1, X =:= 3.
t(7) :- X = a:b, X = ':'(a, b).
query(t(1)). query(t(2)). query(t(3)). query(t(4)). query(t(5)). query(t(6)). query(t(7)).
%! 1 t(1)
%! 1 t(2)
%! 1 t(3)
%! 1 t(4)
%! 1 t(5)
%! 1 t(6)
%! 1 t(7)
