% All pairs of 6 places: many queries that share their proofs.
0.301::edge(0, 1).
0.897::edge(1, 2).
0.769::edge(1, 4).
0.345::edge(2, 3).
0.725::edge(3, 0).
0.470::edge(3, 4).
0.502::edge(4, 5).
0.505::edge(5, 0).
0.618::edge(5, 2).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
query(path(_, _)).
