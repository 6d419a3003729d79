% Five atoms in a circle with two ways in.
0.4::x. 0.6::y.
a :- x. a :- e.
b :- a.
c :- b. c :- y.
d :- c.
e :- d.
query(a).
query(c).
query(e).
%! 0.76 a
%! 0.76 c
%! 0.76 e
