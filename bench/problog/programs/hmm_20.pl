% A hidden Markov model of 20 steps, observed at each.
0.6::state(0, sun); 0.4::state(0, rain).
0.8::state(T, sun); 0.2::state(T, rain) :- between(1, 20, T), S is T - 1, state(S, sun).
0.3::state(T, sun); 0.7::state(T, rain) :- between(1, 20, T), S is T - 1, state(S, rain).
0.1::umbrella(T) :- state(T, sun).
0.9::umbrella(T) :- state(T, rain).
evidence(umbrella(1), false).
evidence(umbrella(2), true).
evidence(umbrella(3), false).
evidence(umbrella(4), false).
evidence(umbrella(5), true).
evidence(umbrella(6), true).
evidence(umbrella(7), false).
evidence(umbrella(8), false).
evidence(umbrella(9), true).
evidence(umbrella(10), false).
evidence(umbrella(11), true).
evidence(umbrella(12), false).
evidence(umbrella(13), false).
evidence(umbrella(14), false).
evidence(umbrella(15), false).
evidence(umbrella(16), true).
evidence(umbrella(17), false).
evidence(umbrella(18), false).
evidence(umbrella(19), false).
evidence(umbrella(20), false).
query(state(20, _)).
query(state(0, _)).
