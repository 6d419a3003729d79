% between/3 enumerates and tests.
0.5::p(X) :- between(1, 3, X).
in :- between(1, 10, 5).
out :- between(1, 10, 11).
query(p(_)).
query(in).
query(out).
%! 1 in
%! 0 out
%! 0.5 p(1)
%! 0.5 p(2)
%! 0.5 p(3)
