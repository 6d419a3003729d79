% Eight players, single knock-out, the winner of a match by rating.
rating(p1, 8). rating(p2, 3). rating(p3, 5). rating(p4, 6). rating(p5, 7). rating(p6, 2). rating(p7, 4). rating(p8, 5).
tree(final, semi(1), semi(2)).
tree(semi(1), quarter(1), quarter(2)).
tree(semi(2), quarter(3), quarter(4)).
plays(quarter(1), p1, p2). plays(quarter(2), p3, p4). plays(quarter(3), p5, p6). plays(quarter(4), p7, p8).
P::beats(M, X, Y); Q::beats(M, Y, X) :- match(M, X, Y, P, Q).
match(M, X, Y, P, Q) :- meets(M, X, Y), rating(X, A), rating(Y, B), P is A / (A + B), Q is 1 - P.
meets(M, X, Y) :- plays(M, X, Y).
meets(M, X, Y) :- tree(M, L, R), wins(L, X), wins(R, Y).
wins(M, X) :- beats(M, X, _).
query(wins(final, _)).
