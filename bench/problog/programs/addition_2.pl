% The sum of two numbers of 2 uncertain digits each.
0.136::digit(a, 0, 0); 0.571::digit(a, 0, 1); 0.057::digit(a, 0, 2); 0.028::digit(a, 0, 3); 0.024::digit(a, 0, 4); 0.011::digit(a, 0, 5); 0.004::digit(a, 0, 6); 0.061::digit(a, 0, 7); 0.075::digit(a, 0, 8); 0.033::digit(a, 0, 9).
0.078::digit(a, 1, 0); 0.340::digit(a, 1, 1); 0.314::digit(a, 1, 2); 0.009::digit(a, 1, 3); 0.081::digit(a, 1, 4); 0.078::digit(a, 1, 5); 0.069::digit(a, 1, 6); 0.010::digit(a, 1, 7); 0.011::digit(a, 1, 8); 0.010::digit(a, 1, 9).
0.079::digit(b, 0, 0); 0.002::digit(b, 0, 1); 0.001::digit(b, 0, 2); 0.155::digit(b, 0, 3); 0.185::digit(b, 0, 4); 0.154::digit(b, 0, 5); 0.047::digit(b, 0, 6); 0.120::digit(b, 0, 7); 0.084::digit(b, 0, 8); 0.173::digit(b, 0, 9).
0.099::digit(b, 1, 0); 0.016::digit(b, 1, 1); 0.006::digit(b, 1, 2); 0.327::digit(b, 1, 3); 0.017::digit(b, 1, 4); 0.076::digit(b, 1, 5); 0.073::digit(b, 1, 6); 0.263::digit(b, 1, 7); 0.055::digit(b, 1, 8); 0.068::digit(b, 1, 9).
value(_, 2, 0).
value(N, I, V) :- I < 2, J is I + 1, digit(N, I, D), value(N, J, W), V is D + 10 * W.
sum(S) :- value(a, 0, X), value(b, 0, Y), S is X + Y.
query(sum(99)).
query(sum(100)).
query(sum(133)).
