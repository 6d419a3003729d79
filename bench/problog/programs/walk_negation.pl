% A walk on the line that stops when it falls into the pit at -2 or reaches home at 3, within twelve steps.
0.55::right(T) :- between(1, 12, T).
at(0, 0).
at(T, X) :- between(1, 12, T), S is T - 1, at(S, Y), \+ over(Y), right(T), X is Y + 1.
at(T, X) :- between(1, 12, T), S is T - 1, at(S, Y), \+ over(Y), \+ right(T), X is Y - 1.
over(-2).
over(3).
home :- at(_, 3).
pit :- at(_, -2).
undecided :- \+ home, \+ pit.
query(home).
query(pit).
query(undecided).
