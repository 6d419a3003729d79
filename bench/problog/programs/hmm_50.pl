% A hidden Markov model of 50 steps, observed at each.
0.6::state(0, sun); 0.4::state(0, rain).
0.8::state(T, sun); 0.2::state(T, rain) :- between(1, 50, T), S is T - 1, state(S, sun).
0.3::state(T, sun); 0.7::state(T, rain) :- between(1, 50, T), S is T - 1, state(S, rain).
0.1::umbrella(T) :- state(T, sun).
0.9::umbrella(T) :- state(T, rain).
evidence(umbrella(1), false).
evidence(umbrella(2), true).
evidence(umbrella(3), true).
evidence(umbrella(4), false).
evidence(umbrella(5), true).
evidence(umbrella(6), true).
evidence(umbrella(7), true).
evidence(umbrella(8), true).
evidence(umbrella(9), true).
evidence(umbrella(10), false).
evidence(umbrella(11), true).
evidence(umbrella(12), true).
evidence(umbrella(13), false).
evidence(umbrella(14), false).
evidence(umbrella(15), true).
evidence(umbrella(16), false).
evidence(umbrella(17), true).
evidence(umbrella(18), false).
evidence(umbrella(19), false).
evidence(umbrella(20), false).
evidence(umbrella(21), false).
evidence(umbrella(22), true).
evidence(umbrella(23), false).
evidence(umbrella(24), true).
evidence(umbrella(25), true).
evidence(umbrella(26), false).
evidence(umbrella(27), true).
evidence(umbrella(28), false).
evidence(umbrella(29), false).
evidence(umbrella(30), true).
evidence(umbrella(31), true).
evidence(umbrella(32), true).
evidence(umbrella(33), true).
evidence(umbrella(34), false).
evidence(umbrella(35), true).
evidence(umbrella(36), false).
evidence(umbrella(37), true).
evidence(umbrella(38), false).
evidence(umbrella(39), false).
evidence(umbrella(40), true).
evidence(umbrella(41), false).
evidence(umbrella(42), true).
evidence(umbrella(43), true).
evidence(umbrella(44), false).
evidence(umbrella(45), false).
evidence(umbrella(46), true).
evidence(umbrella(47), true).
evidence(umbrella(48), false).
evidence(umbrella(49), true).
evidence(umbrella(50), false).
query(state(50, _)).
query(state(0, _)).
