% A 4 by 4 grid of streets, each open with probability 0.8 in both directions: can one cross?
0.8::street(X, Y, right) :- between(1, 3, X), between(1, 4, Y).
0.8::street(X, Y, up) :- between(1, 4, X), between(1, 3, Y).
step(X, Y, Z, Y) :- street(X, Y, right), Z is X + 1.
step(X, Y, X, Z) :- street(X, Y, up), Z is Y + 1.
reach(1, 1).
reach(Z, W) :- reach(X, Y), step(X, Y, Z, W).
query(reach(4, 4)).
query(reach(1, 4)).
