% Adding two numbers of 2 uncertain digits with carries.
0.089::digit(a, 0, 0); 0.061::digit(a, 0, 1); 0.112::digit(a, 0, 2); 0.076::digit(a, 0, 3); 0.037::digit(a, 0, 4); 0.141::digit(a, 0, 5); 0.203::digit(a, 0, 6); 0.002::digit(a, 0, 7); 0.263::digit(a, 0, 8); 0.016::digit(a, 0, 9).
0.127::digit(a, 1, 0); 0.047::digit(a, 1, 1); 0.160::digit(a, 1, 2); 0.080::digit(a, 1, 3); 0.040::digit(a, 1, 4); 0.204::digit(a, 1, 5); 0.069::digit(a, 1, 6); 0.022::digit(a, 1, 7); 0.107::digit(a, 1, 8); 0.144::digit(a, 1, 9).
0.028::digit(b, 0, 0); 0.181::digit(b, 0, 1); 0.202::digit(b, 0, 2); 0.102::digit(b, 0, 3); 0.115::digit(b, 0, 4); 0.148::digit(b, 0, 5); 0.116::digit(b, 0, 6); 0.003::digit(b, 0, 7); 0.069::digit(b, 0, 8); 0.036::digit(b, 0, 9).
0.064::digit(b, 1, 0); 0.071::digit(b, 1, 1); 0.130::digit(b, 1, 2); 0.020::digit(b, 1, 3); 0.019::digit(b, 1, 4); 0.454::digit(b, 1, 5); 0.056::digit(b, 1, 6); 0.030::digit(b, 1, 7); 0.077::digit(b, 1, 8); 0.079::digit(b, 1, 9).
carry(0, 0).
carry(J, C) :- between(1, 2, J), I is J - 1, column(I, S), C is S // 10.
column(I, S) :- carry(I, C), digit(a, I, X), digit(b, I, Y), S is X + Y + C.
result(I, D) :- column(I, S), D is S mod 10.
query(result(1, _)).
query(carry(2, 1)).
