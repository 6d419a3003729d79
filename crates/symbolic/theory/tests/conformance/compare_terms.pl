% Identity, unification, standard order.
t(1) :- a == a.
t(2) :- a \== b.
t(3) :- f(X, b) = f(a, Y), X == a, Y == b.
t(4) :- f(a) \= f(b).
t(5) :- f(X) \== f(Y).
t(6) :- 1 @< a.
t(7) :- a @< f(a).
t(8) :- f(b) @> f(a).
t(9) :- f(X) \= f(_).
t(10) :- a @=< a.
t(11) :- X = X.
t(12) :- f(a, b) @< g(a).
query(t(1)). query(t(2)). query(t(3)). query(t(4)). query(t(5)). query(t(6)).
query(t(7)). query(t(8)). query(t(9)). query(t(10)). query(t(11)).
%! 1 t(1)
%! 1 t(10)
%! 1 t(11)
%! 1 t(2)
%! 1 t(3)
%! 1 t(4)
%! 1 t(5)
%! 1 t(6)
%! 1 t(7)
%! 1 t(8)
%! 0 t(9)
