% Taking terms apart and putting them together.
t(1, N, A) :- functor(f(x, y), N, A).
t(2, X, 0) :- arg(2, f(x, y), X).
t(3, L, 0) :- f(x, y) =.. L.
t(4, T, 0) :- T =.. [g, 1, 2].
t(5, T, 0) :- functor(T, a, 0).
query(t(_, _, _)).
%! 1 t(1,f,2)
%! 1 t(2,y,0)
%! 1 t(3,[f, x, y],0)
%! 1 t(4,g(1,2),0)
%! 1 t(5,a,0)
