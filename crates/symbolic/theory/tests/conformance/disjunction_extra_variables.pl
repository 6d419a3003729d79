% A variable that occurs only in the body makes separate draws.
p(1).
p(2).
0.5::a; 0.5::b :- p(_).
query(a).
query(b).
%! 0.75 a
%! 0.75 b
