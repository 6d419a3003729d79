% Mary called. Was there a burglar?
0.1::burglary.
0.2::earthquake.
0.9::alarm :- burglary, earthquake.
0.8::alarm :- burglary, \+ earthquake.
0.1::alarm :- \+ burglary, earthquake.

person(john). person(mary).
0.7::calls(X) :- alarm, person(X).

evidence(calls(mary)).
query(burglary).
query(calls(john)).
