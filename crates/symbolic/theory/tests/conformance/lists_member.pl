% member/2 in all directions.
:- use_module(library(lists)).
0.5::p(X) :- member(X, [a, b]).
in :- member(b, [a, b, c]).
out :- member(z, [a, b, c]).
chk :- memberchk(c, [a, b, c]).
query(p(_)).
query(in).
query(out).
query(chk).
%! 1 chk
%! 1 in
%! 0 out
%! 0.5 p(a)
%! 0.5 p(b)
