% A program does not change itself.
a :- assertz(b).
query(a).
%! error Unsupported 2
