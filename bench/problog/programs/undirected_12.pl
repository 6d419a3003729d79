% An undirected network of 12 places.
0.921::link(0, 1).
0.837::link(1, 2).
0.781::link(1, 4).
0.561::link(2, 3).
0.738::link(2, 4).
0.623::link(3, 4).
0.868::link(4, 5).
0.668::link(5, 6).
0.678::link(6, 7).
0.907::link(7, 8).
0.885::link(7, 9).
0.828::link(7, 10).
0.624::link(8, 9).
0.814::link(8, 10).
0.588::link(8, 11).
0.936::link(9, 10).
0.559::link(9, 11).
0.755::link(10, 11).
joined(X, Y) :- link(X, Y).
joined(X, Y) :- link(Y, X).
reach(0).
reach(Y) :- reach(X), joined(X, Y).
query(reach(11)).
query(reach(6)).
