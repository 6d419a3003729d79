% Is the last of 15 places connected to the first? Roads run in circles.
0.403::edge(0, 1).
0.646::edge(1, 2).
0.798::edge(2, 3).
0.842::edge(3, 1).
0.664::edge(3, 4).
0.338::edge(4, 1).
0.563::edge(4, 5).
0.396::edge(4, 7).
0.761::edge(4, 8).
0.327::edge(5, 2).
0.682::edge(5, 3).
0.738::edge(5, 6).
0.759::edge(5, 7).
0.581::edge(6, 7).
0.822::edge(6, 9).
0.723::edge(7, 3).
0.515::edge(7, 8).
0.393::edge(8, 9).
0.834::edge(9, 10).
0.870::edge(10, 8).
0.887::edge(10, 9).
0.840::edge(10, 11).
0.723::edge(10, 12).
0.861::edge(11, 10).
0.320::edge(11, 12).
0.856::edge(12, 9).
0.407::edge(12, 13).
0.736::edge(12, 14).
0.569::edge(13, 11).
0.778::edge(13, 14).
path(X, Y) :- edge(X, Y).
path(X, Y) :- edge(X, Z), path(Z, Y).
query(path(0, 14)).
