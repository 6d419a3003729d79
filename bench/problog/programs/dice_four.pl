% Four dice: sum, a pair, and the highest face.
1/6::die(D, 1); 1/6::die(D, 2); 1/6::die(D, 3); 1/6::die(D, 4); 1/6::die(D, 5); 1/6::die(D, 6) :- between(1, 4, D).
sum(0, 0).
sum(N, S) :- N > 0, M is N - 1, sum(M, T), die(N, F), S is T + F.
pair :- die(A, F), die(B, F), A < B.
above(F) :- die(_, G), G > F.
highest(F) :- die(_, F), \+ above(F).
query(sum(4, _)).
query(pair).
query(highest(_)).
