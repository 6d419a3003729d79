% Two cycles that meet in one atom.
0.5::e(1, 2). 0.5::e(2, 1). 0.5::e(2, 3). 0.5::e(3, 2). 0.5::e(3, 4).
r(1).
r(Y) :- r(X), e(X, Y).
query(r(_)).
%! 1 r(1)
%! 0.5 r(2)
%! 0.25 r(3)
%! 0.125 r(4)
