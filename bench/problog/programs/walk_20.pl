% A walk on 0..6 of 20 steps that stays put at the walls.
0.5::up(T) :- between(1, 20, T).
at(0, 3).
at(T, X) :- between(1, 20, T), S is T - 1, at(S, Y), up(T), Y < 6, X is Y + 1.
at(T, X) :- between(1, 20, T), S is T - 1, at(S, Y), \+ up(T), Y > 0, X is Y - 1.
at(T, 6) :- between(1, 20, T), S is T - 1, at(S, 6), up(T).
at(T, 0) :- between(1, 20, T), S is T - 1, at(S, 0), \+ up(T).
query(at(20, _)).
