% Adding two numbers of 4 uncertain digits with carries.
0.092::digit(a, 0, 0); 0.026::digit(a, 0, 1); 0.004::digit(a, 0, 2); 0.017::digit(a, 0, 3); 0.041::digit(a, 0, 4); 0.067::digit(a, 0, 5); 0.250::digit(a, 0, 6); 0.231::digit(a, 0, 7); 0.155::digit(a, 0, 8); 0.117::digit(a, 0, 9).
0.107::digit(a, 1, 0); 0.046::digit(a, 1, 1); 0.194::digit(a, 1, 2); 0.067::digit(a, 1, 3); 0.052::digit(a, 1, 4); 0.033::digit(a, 1, 5); 0.173::digit(a, 1, 6); 0.020::digit(a, 1, 7); 0.008::digit(a, 1, 8); 0.300::digit(a, 1, 9).
0.106::digit(a, 2, 0); 0.137::digit(a, 2, 1); 0.021::digit(a, 2, 2); 0.015::digit(a, 2, 3); 0.043::digit(a, 2, 4); 0.098::digit(a, 2, 5); 0.125::digit(a, 2, 6); 0.344::digit(a, 2, 7); 0.108::digit(a, 2, 8); 0.003::digit(a, 2, 9).
0.007::digit(a, 3, 0); 0.014::digit(a, 3, 1); 0.300::digit(a, 3, 2); 0.009::digit(a, 3, 3); 0.057::digit(a, 3, 4); 0.115::digit(a, 3, 5); 0.011::digit(a, 3, 6); 0.021::digit(a, 3, 7); 0.386::digit(a, 3, 8); 0.080::digit(a, 3, 9).
0.021::digit(b, 0, 0); 0.001::digit(b, 0, 1); 0.277::digit(b, 0, 2); 0.012::digit(b, 0, 3); 0.016::digit(b, 0, 4); 0.300::digit(b, 0, 5); 0.176::digit(b, 0, 6); 0.067::digit(b, 0, 7); 0.021::digit(b, 0, 8); 0.109::digit(b, 0, 9).
0.139::digit(b, 1, 0); 0.132::digit(b, 1, 1); 0.121::digit(b, 1, 2); 0.109::digit(b, 1, 3); 0.062::digit(b, 1, 4); 0.080::digit(b, 1, 5); 0.146::digit(b, 1, 6); 0.065::digit(b, 1, 7); 0.006::digit(b, 1, 8); 0.140::digit(b, 1, 9).
0.021::digit(b, 2, 0); 0.024::digit(b, 2, 1); 0.159::digit(b, 2, 2); 0.088::digit(b, 2, 3); 0.031::digit(b, 2, 4); 0.022::digit(b, 2, 5); 0.191::digit(b, 2, 6); 0.185::digit(b, 2, 7); 0.094::digit(b, 2, 8); 0.185::digit(b, 2, 9).
0.020::digit(b, 3, 0); 0.084::digit(b, 3, 1); 0.179::digit(b, 3, 2); 0.112::digit(b, 3, 3); 0.013::digit(b, 3, 4); 0.476::digit(b, 3, 5); 0.048::digit(b, 3, 6); 0.040::digit(b, 3, 7); 0.011::digit(b, 3, 8); 0.017::digit(b, 3, 9).
carry(0, 0).
carry(J, C) :- between(1, 4, J), I is J - 1, column(I, S), C is S // 10.
column(I, S) :- carry(I, C), digit(a, I, X), digit(b, I, Y), S is X + Y + C.
result(I, D) :- column(I, S), D is S mod 10.
query(result(3, _)).
query(carry(4, 1)).
