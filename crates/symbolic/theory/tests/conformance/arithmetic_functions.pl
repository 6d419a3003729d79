% Functions, compared within a tolerance.
near(X, Y) :- D is abs(X - Y), D < 0.000000001.
t(1) :- X is sqrt(2), near(X, 1.4142135623730951).
t(2) :- X is exp(1), near(X, 2.718281828459045).
t(3) :- X is log(10), near(X, 2.302585092994046).
t(4) :- X is sin(1) ** 2 + cos(1) ** 2, near(X, 1).
t(5) :- X is pi, near(X, 3.141592653589793).
t(6) :- X is e, near(X, 2.718281828459045).
t(7) :- X is atan(1) * 4, near(X, 3.141592653589793).
t(8) :- X is 2 ** 0.5, near(X, 1.4142135623730951).
query(t(_)).
%! 1 t(1)
%! 1 t(2)
%! 1 t(3)
%! 1 t(4)
%! 1 t(5)
%! 1 t(6)
%! 1 t(7)
%! 1 t(8)
