% Burglary or earthquake: neighbours call, three of them, one deaf most of the time.
0.001::burglary.
0.002::earthquake.
0.95::alarm :- burglary, earthquake.
0.94::alarm :- burglary, \+ earthquake.
0.29::alarm :- \+ burglary, earthquake.
0.001::alarm :- \+ burglary, \+ earthquake.
hears(john, 0.9, 0.05).
hears(mary, 0.7, 0.01).
hears(gran, 0.2, 0.001).
P::calls(X) :- hears(X, P, _), alarm.
P::calls(X) :- hears(X, _, P), \+ alarm.
evidence(calls(john)).
evidence(calls(mary)).
query(burglary).
query(earthquake).
query(alarm).
query(calls(gran)).
