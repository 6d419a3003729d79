% Rounding functions.
r(1, X) :- X is floor(2.7).
r(2, X) :- X is ceiling(2.1).
r(3, X) :- X is round(2.6).
r(4, X) :- X is truncate(-2.7).
r(5, X) :- X is integer(2.6).
r(6, X) :- X is floor(-2.1).
query(r(_, _)).
%! 1 r(1,2)
%! 1 r(2,3)
%! 1 r(3,3)
%! 1 r(4,-2)
%! 1 r(5,2)
%! 1 r(6,-3)
