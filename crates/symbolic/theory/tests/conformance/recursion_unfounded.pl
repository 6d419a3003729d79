% What supports only itself is false.
0.5::c.
a :- b.
b :- a.
b :- c.
x :- y.
y :- x.
query(a).
query(x).
%! 0.5 a
%! 0 x
