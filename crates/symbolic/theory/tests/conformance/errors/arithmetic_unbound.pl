% Arithmetic on a variable without a value.
p(X) :- Y is X + 1, Y > 0.
query(p(_)).
%! error Arithmetic
