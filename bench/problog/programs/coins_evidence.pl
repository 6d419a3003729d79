% Twenty coins with one bias variable: how likely is the biased bag, given what was seen?
0.3::biased.
coin(N) :- between(1, 20, N).
0.9::heads(N) :- coin(N), biased.
0.5::heads(N) :- coin(N), \+ biased.
evidence(heads(1)).
evidence(heads(2)).
evidence(heads(3)).
evidence(\+ heads(4)).
evidence(heads(5)).
evidence(heads(6)).
query(biased).
query(heads(7)).
query(heads(20)).
