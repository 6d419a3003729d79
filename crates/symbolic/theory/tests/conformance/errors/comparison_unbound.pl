% A comparison with a variable without a value.
p(X) :- X > 1.
query(p(_)).
%! error Arithmetic
