% An endless enumeration.
p(X) :- between(1, inf, X).
query(p(_)).
%! error Argument
