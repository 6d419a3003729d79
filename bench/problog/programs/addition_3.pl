% The sum of two numbers of 3 uncertain digits each.
0.051::digit(a, 0, 0); 0.027::digit(a, 0, 1); 0.026::digit(a, 0, 2); 0.051::digit(a, 0, 3); 0.094::digit(a, 0, 4); 0.144::digit(a, 0, 5); 0.133::digit(a, 0, 6); 0.197::digit(a, 0, 7); 0.247::digit(a, 0, 8); 0.030::digit(a, 0, 9).
0.145::digit(a, 1, 0); 0.017::digit(a, 1, 1); 0.040::digit(a, 1, 2); 0.040::digit(a, 1, 3); 0.097::digit(a, 1, 4); 0.068::digit(a, 1, 5); 0.160::digit(a, 1, 6); 0.206::digit(a, 1, 7); 0.008::digit(a, 1, 8); 0.219::digit(a, 1, 9).
0.046::digit(a, 2, 0); 0.066::digit(a, 2, 1); 0.007::digit(a, 2, 2); 0.415::digit(a, 2, 3); 0.048::digit(a, 2, 4); 0.018::digit(a, 2, 5); 0.022::digit(a, 2, 6); 0.225::digit(a, 2, 7); 0.087::digit(a, 2, 8); 0.066::digit(a, 2, 9).
0.003::digit(b, 0, 0); 0.216::digit(b, 0, 1); 0.131::digit(b, 0, 2); 0.022::digit(b, 0, 3); 0.004::digit(b, 0, 4); 0.116::digit(b, 0, 5); 0.014::digit(b, 0, 6); 0.162::digit(b, 0, 7); 0.294::digit(b, 0, 8); 0.038::digit(b, 0, 9).
0.163::digit(b, 1, 0); 0.004::digit(b, 1, 1); 0.143::digit(b, 1, 2); 0.101::digit(b, 1, 3); 0.006::digit(b, 1, 4); 0.272::digit(b, 1, 5); 0.012::digit(b, 1, 6); 0.015::digit(b, 1, 7); 0.040::digit(b, 1, 8); 0.244::digit(b, 1, 9).
0.181::digit(b, 2, 0); 0.124::digit(b, 2, 1); 0.068::digit(b, 2, 2); 0.007::digit(b, 2, 3); 0.024::digit(b, 2, 4); 0.037::digit(b, 2, 5); 0.030::digit(b, 2, 6); 0.073::digit(b, 2, 7); 0.141::digit(b, 2, 8); 0.315::digit(b, 2, 9).
value(_, 3, 0).
value(N, I, V) :- I < 3, J is I + 1, digit(N, I, D), value(N, J, W), V is D + 10 * W.
sum(S) :- value(a, 0, X), value(b, 0, Y), S is X + Y.
query(sum(999)).
query(sum(1000)).
query(sum(1333)).
