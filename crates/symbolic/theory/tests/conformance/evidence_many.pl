% Several observations of one hidden state.
0.5::fair.
0.5::heads(N) :- between(1, 3, N), fair.
0.9::heads(N) :- between(1, 3, N), \+ fair.
evidence(heads(1)).
evidence(heads(2)).
evidence(heads(3)).
query(fair).
%! 0.14637002 fair
