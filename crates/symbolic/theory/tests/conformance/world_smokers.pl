% Influence runs in a circle.
0.3::stress(X) :- person(X).
0.2::influences(X, Y) :- person(X), person(Y).
smokes(X) :- stress(X).
smokes(X) :- friend(X, Y), influences(Y, X), smokes(Y).
0.4::asthma(X) :- smokes(X).
person(1). person(2). person(3).
friend(1, 2). friend(2, 1). friend(2, 3). friend(3, 2).
evidence(smokes(2)).
query(smokes(1)).
query(asthma(3)).
%! 0.19918213 asthma(3)
%! 0.49795533 smokes(1)
