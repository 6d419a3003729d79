% An open query enumerates its answers.
0.3::p(1, x).
0.4::p(2, y).
0.5::p(2, z).
query(p(2, _)).
%! 0.4 p(2,y)
%! 0.5 p(2,z)
