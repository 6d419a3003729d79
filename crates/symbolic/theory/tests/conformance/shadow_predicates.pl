% Same name, several arities.
0.3::p.
0.4::p(1).
0.5::p(1, 2).
all :- p, p(1), p(1, 2).
query(p).
query(p(1)).
query(p(1, 2)).
query(all).
%! 0.06 all
%! 0.3 p
%! 0.4 p(1)
%! 0.5 p(1,2)
