% The reversed arrow is an alias of the neck.
0.3::a.
0.4::b <- a.
c <- a, b.
query(b).
query(c).
%! 0.12 b
%! 0.12 c
