% A game on an acyclic board: a position is won if some move leads to a lost one.
0.5::move(1, 2).
0.5::move(1, 3).
move(2, 4).
0.7::move(3, 4).
move(4, 5).
win(X) :- move(X, Y), \+ win(Y).
query(win(1)).
query(win(2)).
query(win(3)).
query(win(4)).
%! 0.75 win(1)
%! 0 win(2)
%! 0 win(3)
%! 1 win(4)
