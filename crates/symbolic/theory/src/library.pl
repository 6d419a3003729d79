% Library predicates written in the language itself. They are loaded when a program calls them.

maplist(_, []).
maplist(P, [A|As]) :- call(P, A), maplist(P, As).

maplist(_, [], []).
maplist(P, [A|As], [B|Bs]) :- call(P, A, B), maplist(P, As, Bs).

foldl(P, List, Start, Result) :- foldl_(List, P, Start, Result).

foldl_([], _, Result, Result).
foldl_([X|Xs], P, Value, Result) :- call(P, X, Value, Next), foldl_(Xs, P, Next, Result).
