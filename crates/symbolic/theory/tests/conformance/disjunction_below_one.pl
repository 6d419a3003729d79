% Three heads, one tenth missing.
0.2::x(1); 0.3::x(2); 0.4::x(3).
any :- x(_).
evidence(\+ x(2)).
query(any).
query(x(1)).
%! 0.85714286 any
%! 0.28571429 x(1)
