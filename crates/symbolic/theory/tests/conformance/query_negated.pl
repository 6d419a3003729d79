% Asking for a negation.
0.3::a.
query(\+ a).
query(a).
%! 0.7 \+a
%! 0.3 a
