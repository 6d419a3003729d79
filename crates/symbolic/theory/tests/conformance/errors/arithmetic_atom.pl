% Arithmetic on something that is not a number.
p(Y) :- Y is foo + 1.
query(p(_)).
%! error Arithmetic
