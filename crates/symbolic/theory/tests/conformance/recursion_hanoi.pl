% Counting moves.
moves(0, 0).
moves(N, K) :- N > 0, M is N - 1, moves(M, L), K is 2 * L + 1.
query(moves(10, _)).
%! 1 moves(10,1023)
