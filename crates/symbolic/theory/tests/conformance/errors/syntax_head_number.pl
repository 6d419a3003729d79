% A number cannot be defined.
3 :- a.
a.
query(a).
%! error Syntax 2
