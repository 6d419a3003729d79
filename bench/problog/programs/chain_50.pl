% A Markov chain of 50 steps over three states.
0.2::at(0, a); 0.3::at(0, b); 0.5::at(0, c).
0.5::at(T, a); 0.3::at(T, b); 0.2::at(T, c) :- between(1, 50, T), S is T - 1, at(S, a).
0.1::at(T, a); 0.6::at(T, b); 0.3::at(T, c) :- between(1, 50, T), S is T - 1, at(S, b).
0.25::at(T, a); 0.25::at(T, b); 0.5::at(T, c) :- between(1, 50, T), S is T - 1, at(S, c).
query(at(50, _)).
