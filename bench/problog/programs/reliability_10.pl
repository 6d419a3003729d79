% Is the last of 10 places connected to the first? Roads run in circles.
0.367::edge(0, 1).
0.761::edge(1, 0).
0.303::edge(1, 2).
0.844::edge(1, 3).
0.689::edge(1, 4).
0.553::edge(2, 3).
0.318::edge(2, 5).
0.734::edge(3, 2).
0.321::edge(3, 4).
0.330::edge(3, 7).
0.384::edge(4, 2).
0.577::edge(4, 5).
0.697::edge(5, 6).
0.756::edge(5, 8).
0.494::edge(6, 7).
0.326::edge(6, 8).
0.490::edge(7, 6).
0.766::edge(7, 8).
0.535::edge(8, 4).
0.869::edge(8, 9).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
query(path(0, 9)).
