% Two pictures, and whether the first shows the smaller digit. Nothing else is observed.
:- network(digit, lenet(10)).
:- train("train.csv", less(mnist(A), mnist(B))).
:- test("test.csv", less(mnist(A), mnist(B))).
:- training([epochs(6), batch(64), rate(0.002), shift(2)]).

nn(digit, [X], Y, [0..9]) :: digit(X, Y).

less(A, B) :- digit(A, X), digit(B, Y), X < Y.
