% The same head twice: the values are different draws that make the same atom true.
0.3::a; 0.4::a; 0.2::b.
query(a).
query(b).
%! 0.7 a
%! 0.2 b
