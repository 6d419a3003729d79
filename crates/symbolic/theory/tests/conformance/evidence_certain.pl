% Evidence that is certain changes nothing.
0.3::a.
b.
evidence(b).
query(a).
%! 0.3 a
