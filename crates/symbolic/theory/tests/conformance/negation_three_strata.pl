% Three strata.
0.5::a(1).
0.5::a(2).
d(1).
d(2).
b(X) :- d(X), \+ a(X).
c(X) :- d(X), \+ b(X).
e :- d(X), \+ c(X).
query(b(_)).
query(c(_)).
query(e).
%! 0.5 b(1)
%! 0.5 b(2)
%! 0.5 c(1)
%! 0.5 c(2)
%! 0.75 e
