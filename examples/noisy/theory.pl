% Sums as in `sums`, but one in five of those observed is any number at all. How often is learned, too.
:- network(digit, lenet(10)).
:- train("train.csv", observed(mnist(A), mnist(B), S)).
:- test("test.csv", addition(mnist(A), mnist(B), S)).
:- training([epochs(4), batch(64), rate(0.003), shift(2)]).

nn(digit, [X], Y, [0..9]) :: digit(X, Y).

addition(A, B, S) :- digit(A, X), digit(B, Y), S is X + Y.

t(0.5) :: noise(_, _).

observed(A, B, S) :- \+ noise(A, B), addition(A, B, S).
observed(A, B, S) :- noise(A, B), between(0, 18, S), any(A, B, S).

% Any sum, each as likely as the others.
1/19::any(A,B,0); 1/19::any(A,B,1); 1/19::any(A,B,2); 1/19::any(A,B,3); 1/19::any(A,B,4); 1/19::any(A,B,5); 1/19::any(A,B,6);
1/19::any(A,B,7); 1/19::any(A,B,8); 1/19::any(A,B,9); 1/19::any(A,B,10); 1/19::any(A,B,11); 1/19::any(A,B,12); 1/19::any(A,B,13);
1/19::any(A,B,14); 1/19::any(A,B,15); 1/19::any(A,B,16); 1/19::any(A,B,17); 1/19::any(A,B,18) :- true.
