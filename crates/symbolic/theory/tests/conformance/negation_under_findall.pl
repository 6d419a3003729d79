% Negation inside a collected goal.
0.5::broken(1).
0.4::broken(2).
part(1).
part(2).
part(3).
good(S) :- findall(X, (part(X), \+ broken(X)), L), sort(L, S).
query(good(_)).
%! 0.3 good([1, 2, 3])
%! 0.2 good([1, 3])
%! 0.3 good([2, 3])
%! 0.2 good([3])
