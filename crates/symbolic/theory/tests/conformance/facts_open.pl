% A probabilistic fact with a variable is one choice for each instance that is asked for.
0.3::lucky(_).
0.4::likes(X, X).
both :- lucky(1), lucky(2).
query(lucky(ann)).
query(both).
query(likes(a, a)).
query(likes(a, b)).
%! 0.09 both
%! 0.4 likes(a,a)
%! 0 likes(a,b)
%! 0.3 lucky(ann)
