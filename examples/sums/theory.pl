% Two pictures and the sum of the digits they show. Only sums are observed: no picture has a label.
:- network(digit, lenet(10)).
:- train("train.csv", addition(mnist(A), mnist(B), S)).
:- test("test.csv", addition(mnist(A), mnist(B), S)).
:- training([epochs(4), batch(64), rate(0.003), shift(2)]).

nn(digit, [X], Y, [0..9]) :: digit(X, Y).

addition(A, B, S) :- digit(A, X), digit(B, Y), S is X + Y.
