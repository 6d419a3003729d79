% A query that is stated twice is answered once.
0.3::a.
query(a).
query(a).
%! 0.3 a
