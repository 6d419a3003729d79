% Division by zero.
p(Y) :- Y is 1 / 0.
query(p(_)).
%! error Arithmetic
