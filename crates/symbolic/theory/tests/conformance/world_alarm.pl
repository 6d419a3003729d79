% The neighbours.
0.1::burglary.
0.2::earthquake.
0.9::alarm :- burglary, earthquake.
0.8::alarm :- burglary, \+ earthquake.
0.1::alarm :- \+ burglary, earthquake.
0.8::calls(X) :- alarm, person(X).
0.1::calls(X) :- \+ alarm, person(X).
person(john).
person(mary).
evidence(calls(john)).
evidence(calls(mary)).
query(burglary).
query(earthquake).
%! 0.72136986 burglary
%! 0.33808219 earthquake
