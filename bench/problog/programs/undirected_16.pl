% An undirected network of 16 places.
0.916::link(0, 1).
0.723::link(0, 3).
0.910::link(1, 2).
0.546::link(2, 3).
0.692::link(3, 4).
0.689::link(3, 6).
0.663::link(4, 5).
0.636::link(4, 7).
0.621::link(5, 6).
0.519::link(5, 8).
0.613::link(6, 7).
0.617::link(6, 8).
0.695::link(7, 8).
0.625::link(7, 9).
0.701::link(8, 9).
0.710::link(8, 11).
0.510::link(9, 10).
0.542::link(10, 11).
0.857::link(11, 12).
0.545::link(11, 14).
0.858::link(12, 13).
0.854::link(12, 15).
0.648::link(13, 14).
0.676::link(14, 15).
joined(X, Y) :- link(X, Y).
joined(X, Y) :- link(Y, X).
reach(0).
reach(Y) :- reach(X), joined(X, Y).
query(reach(15)).
query(reach(8)).
