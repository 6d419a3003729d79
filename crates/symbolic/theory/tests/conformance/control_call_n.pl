% call with up to three extra arguments, and partial application.
add(X, Y, Z) :- Z is X + Y.
0.5::f(a, b, c).
t(1, Z) :- call(add, 1, 2, Z).
t(2, Z) :- call(add(1), 2, Z).
t(3, Z) :- G = add(1, 2), call(G, Z).
t(4, X) :- call(f(a), b, X).
query(t(_, _)).
%! 1 t(1,3)
%! 1 t(2,3)
%! 1 t(3,3)
%! 0.5 t(4,c)
