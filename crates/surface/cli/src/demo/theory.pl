% Two pictures and the sum of the digits they show. Only sums are ever observed: no picture has a label.
:- network(digit, lenet(10)).
:- training([batch(64), rate(0.003), shift(2)]).

nn(digit, [Image], Value, [0..9]) :: digit(Image, Value).

addition(A, B, Sum) :- digit(A, X), digit(B, Y), Sum is X + Y.
