% Is the last of 12 places connected to the first? Roads run in circles.
0.715::edge(0, 1).
0.459::edge(1, 2).
0.350::edge(2, 0).
0.426::edge(2, 1).
0.385::edge(2, 3).
0.726::edge(2, 4).
0.892::edge(3, 4).
0.857::edge(4, 1).
0.634::edge(4, 5).
0.769::edge(4, 8).
0.715::edge(5, 6).
0.837::edge(6, 5).
0.647::edge(6, 7).
0.357::edge(7, 8).
0.321::edge(7, 10).
0.364::edge(8, 5).
0.395::edge(8, 9).
0.869::edge(9, 6).
0.696::edge(9, 10).
0.352::edge(9, 11).
0.594::edge(10, 6).
0.693::edge(10, 9).
0.521::edge(10, 11).
0.877::edge(11, 7).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
query(path(0, 11)).
