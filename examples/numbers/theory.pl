% Sums of two-digit numbers: four pictures, one sum between 0 and 198.
:- network(digit, lenet(10)).
:- train("train.csv", addition([mnist(A), mnist(B)], [mnist(C), mnist(D)], S)).
:- test("test.csv", addition([mnist(A), mnist(B)], [mnist(C), mnist(D)], S)).
:- training([epochs(8), batch(32), rate(0.002), shift(2)]).

nn(digit, [X], Y, [0..9]) :: digit(X, Y).

% value(Pictures, ValueOfThoseBefore, Value)
value([], N, N).
value([X|Xs], N0, N) :- digit(X, D), N1 is 10 * N0 + D, value(Xs, N1, N).

addition(As, Bs, S) :- value(As, 0, A), value(Bs, 0, B), S is A + B.
