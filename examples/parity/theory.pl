% Two networks that must agree: one reads digits and has few labels, the other says odd or even and has many.
% That they agree is observed of every other picture; its loss is the semantic loss of the constraint.
:- network(digit, lenet(10)).
:- network(odd, lenet(2)).
:- train("train.csv").
:- test("test.csv").
:- training([epochs(4), batch(64), rate(0.002), shift(2)]).

nn(digit, [X], Y, [0..9]) :: digit(X, Y).
nn(odd, [X], Y, [yes, no]) :: odd(X, Y).

agree(X) :- odd(X, yes), digit(X, D), 1 is D mod 2.
agree(X) :- odd(X, no), digit(X, D), 0 is D mod 2.
