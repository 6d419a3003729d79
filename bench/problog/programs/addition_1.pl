% The sum of two numbers of 1 uncertain digits each.
0.042::digit(a, 0, 0); 0.069::digit(a, 0, 1); 0.131::digit(a, 0, 2); 0.257::digit(a, 0, 3); 0.034::digit(a, 0, 4); 0.005::digit(a, 0, 5); 0.011::digit(a, 0, 6); 0.197::digit(a, 0, 7); 0.249::digit(a, 0, 8); 0.005::digit(a, 0, 9).
0.045::digit(b, 0, 0); 0.110::digit(b, 0, 1); 0.023::digit(b, 0, 2); 0.145::digit(b, 0, 3); 0.038::digit(b, 0, 4); 0.017::digit(b, 0, 5); 0.520::digit(b, 0, 6); 0.036::digit(b, 0, 7); 0.044::digit(b, 0, 8); 0.022::digit(b, 0, 9).
value(_, 1, 0).
value(N, I, V) :- I < 1, J is I + 1, digit(N, I, D), value(N, J, W), V is D + 10 * W.
sum(S) :- value(a, 0, X), value(b, 0, Y), S is X + Y.
query(sum(0)).
query(sum(1)).
query(sum(2)).
query(sum(3)).
query(sum(4)).
query(sum(5)).
query(sum(6)).
query(sum(7)).
query(sum(8)).
query(sum(9)).
query(sum(10)).
query(sum(11)).
query(sum(12)).
query(sum(13)).
query(sum(14)).
query(sum(15)).
query(sum(16)).
query(sum(17)).
query(sum(18)).
