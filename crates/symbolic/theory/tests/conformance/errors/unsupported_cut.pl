% There is no cut.
a :- b, !.
b.
query(a).
%! error Unsupported 2
