% Who hears a rumour? Everyone tells everyone else with some probability.
0.4::tells(X, Y) :- friend(X, Y).
friend(a, b). friend(b, a). friend(b, c). friend(c, b). friend(a, c). friend(c, a).
knows(a).
knows(Y) :- knows(X), tells(X, Y).
evidence(knows(c)).
query(knows(b)).
%! 0.70967742 knows(b)
