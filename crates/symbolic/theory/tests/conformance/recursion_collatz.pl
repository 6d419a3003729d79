% How many steps to 1?
steps(1, 0).
steps(N, S) :- N > 1, 0 is N mod 2, M is N // 2, steps(M, R), S is R + 1.
steps(N, S) :- N > 1, 1 is N mod 2, M is 3 * N + 1, steps(M, R), S is R + 1.
query(steps(27, _)).
%! 1 steps(27,111)
