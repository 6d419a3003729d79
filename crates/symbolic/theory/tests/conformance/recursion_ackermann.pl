% Doubly recursive.
ack(0, N, R) :- R is N + 1.
ack(M, 0, R) :- M > 0, K is M - 1, ack(K, 1, R).
ack(M, N, R) :- M > 0, N > 0, K is M - 1, L is N - 1, ack(M, L, S), ack(K, S, R).
query(ack(2, 3, _)).
%! 1 ack(2,3,9)
