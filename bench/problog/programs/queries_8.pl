% All pairs of 8 places: many queries that share their proofs.
0.688::edge(0, 1).
0.807::edge(1, 2).
0.411::edge(1, 6).
0.327::edge(2, 3).
0.873::edge(3, 0).
0.684::edge(3, 4).
0.729::edge(4, 5).
0.880::edge(5, 2).
0.845::edge(5, 6).
0.851::edge(6, 7).
0.389::edge(7, 0).
0.490::edge(7, 4).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
query(path(_, _)).
