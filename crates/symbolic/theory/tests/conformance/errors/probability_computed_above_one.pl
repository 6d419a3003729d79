% The same, found out when the program runs.
weight(a, 3).
P::chosen(X) :- weight(X, P).
query(chosen(_)).
%! error Probability
