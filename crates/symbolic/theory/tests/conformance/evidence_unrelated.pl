% Evidence that says nothing about the query.
0.3::a.
0.4::b.
evidence(b).
query(a).
%! 0.3 a
