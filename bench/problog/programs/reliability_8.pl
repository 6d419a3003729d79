% Is the last of 8 places connected to the first? Roads run in circles.
0.559::edge(0, 1).
0.705::edge(1, 2).
0.619::edge(1, 4).
0.670::edge(2, 3).
0.394::edge(3, 0).
0.347::edge(3, 1).
0.679::edge(3, 4).
0.340::edge(3, 5).
0.537::edge(4, 5).
0.358::edge(4, 6).
0.487::edge(5, 2).
0.469::edge(5, 3).
0.529::edge(5, 6).
0.354::edge(6, 5).
0.484::edge(6, 7).
0.665::edge(7, 6).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
query(path(0, 7)).
