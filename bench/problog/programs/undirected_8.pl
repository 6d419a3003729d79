% An undirected network of 8 places.
0.840::link(0, 1).
0.754::link(0, 3).
0.612::link(1, 2).
0.708::link(2, 3).
0.587::link(2, 4).
0.704::link(2, 5).
0.674::link(3, 4).
0.718::link(3, 6).
0.611::link(4, 5).
0.798::link(4, 7).
0.711::link(5, 6).
0.742::link(6, 7).
joined(X, Y) :- link(X, Y).
joined(X, Y) :- link(Y, X).
reach(0).
reach(Y) :- reach(X), joined(X, Y).
query(reach(7)).
query(reach(4)).
