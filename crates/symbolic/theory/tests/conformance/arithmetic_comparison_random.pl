% Comparisons over random values.
0.2::x(1); 0.3::x(2); 0.5::x(3).
0.6::y(2); 0.4::y(3).
less :- x(X), y(Y), X < Y.
equal :- x(X), y(X).
max(M) :- x(X), y(Y), M is max(X, Y).
query(less).
query(equal).
query(max(_)).
%! 0.38 equal
%! 0.32 less
%! 0.3 max(2)
%! 0.7 max(3)
