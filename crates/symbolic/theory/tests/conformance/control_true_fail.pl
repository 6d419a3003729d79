% The constants.
a :- true.
b :- fail.
c :- false.
c :- true, \+ fail.
query(a).
query(b).
query(c).
%! 1 a
%! 0 b
%! 1 c
