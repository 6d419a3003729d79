% Library predicates written in the language itself: those that call goals.
%
% A program that defines one of these itself uses its own definition instead.

% maplist(Goal, List, ...): Goal holds of the elements of the lists, one after the other.
maplist(_, []).
maplist(G, [A|As]) :- call(G, A), maplist(G, As).

maplist(_, [], []).
maplist(G, [A|As], [B|Bs]) :- call(G, A, B), maplist(G, As, Bs).

maplist(_, [], [], []).
maplist(G, [A|As], [B|Bs], [C|Cs]) :- call(G, A, B, C), maplist(G, As, Bs, Cs).

maplist(_, [], [], [], []).
maplist(G, [A|As], [B|Bs], [C|Cs], [D|Ds]) :- call(G, A, B, C, D), maplist(G, As, Bs, Cs, Ds).

maplist(_, [], [], [], [], []).
maplist(G, [A|As], [B|Bs], [C|Cs], [D|Ds], [E|Es]) :-
    call(G, A, B, C, D, E), maplist(G, As, Bs, Cs, Ds, Es).

maplist(_, [], [], [], [], [], []).
maplist(G, [A|As], [B|Bs], [C|Cs], [D|Ds], [E|Es], [F|Fs]) :-
    call(G, A, B, C, D, E, F), maplist(G, As, Bs, Cs, Ds, Es, Fs).

% foldl(Goal, List, ..., V0, V): V is V0 changed by Goal for each element: call(Goal, Element, ..., Before, After).
foldl(_, [], V, V).
foldl(G, [A|As], V0, V) :- call(G, A, V0, V1), foldl(G, As, V1, V).

foldl(_, [], [], V, V).
foldl(G, [A|As], [B|Bs], V0, V) :- call(G, A, B, V0, V1), foldl(G, As, Bs, V1, V).

foldl(_, [], [], [], V, V).
foldl(G, [A|As], [B|Bs], [C|Cs], V0, V) :- call(G, A, B, C, V0, V1), foldl(G, As, Bs, Cs, V1, V).

foldl(_, [], [], [], [], V, V).
foldl(G, [A|As], [B|Bs], [C|Cs], [D|Ds], V0, V) :-
    call(G, A, B, C, D, V0, V1), foldl(G, As, Bs, Cs, Ds, V1, V).

% foldl_noinit(Goal, List, V): like foldl/4 with the first element as the start; [] for the empty list.
foldl_noinit(_, [], []).
foldl_noinit(G, [A|As], V) :- foldl(G, As, A, V).

% scanl(Goal, List, ..., V0, Vs): all the intermediate values of foldl, without V0 itself.
scanl(_, [], _, []).
scanl(G, [A|As], V0, [V|Vs]) :- call(G, A, V0, V), scanl(G, As, V, Vs).

scanl(_, [], [], _, []).
scanl(G, [A|As], [B|Bs], V0, [V|Vs]) :- call(G, A, B, V0, V), scanl(G, As, Bs, V, Vs).

scanl(_, [], [], [], _, []).
scanl(G, [A|As], [B|Bs], [C|Cs], V0, [V|Vs]) :- call(G, A, B, C, V0, V), scanl(G, As, Bs, Cs, V, Vs).

scanl(_, [], [], [], [], _, []).
scanl(G, [A|As], [B|Bs], [C|Cs], [D|Ds], V0, [V|Vs]) :-
    call(G, A, B, C, D, V0, V), scanl(G, As, Bs, Cs, Ds, V, Vs).

% include(Goal, List, Kept), exclude(Goal, List, Kept): the elements of which Goal holds, or does not hold.
include(_, [], []).
include(G, [A|As], [A|Bs]) :- call(G, A), include(G, As, Bs).
include(G, [A|As], Bs) :- \+ call(G, A), include(G, As, Bs).

exclude(_, [], []).
exclude(G, [A|As], [A|Bs]) :- \+ call(G, A), exclude(G, As, Bs).
exclude(G, [A|As], Bs) :- call(G, A), exclude(G, As, Bs).

% partition(Goal, List, Yes, No).
partition(_, [], [], []).
partition(G, [A|As], [A|Ys], Ns) :- call(G, A), partition(G, As, Ys, Ns).
partition(G, [A|As], Ys, [A|Ns]) :- \+ call(G, A), partition(G, As, Ys, Ns).

% partition(Goal, List, Less, Equal, Greater): by call(Goal, Element, Order), where Order is <, = or >.
partition(_, [], [], [], []).
partition(G, [A|As], [A|Ls], Es, Gs) :- call(G, A, <), partition(G, As, Ls, Es, Gs).
partition(G, [A|As], Ls, [A|Es], Gs) :- call(G, A, =), partition(G, As, Ls, Es, Gs).
partition(G, [A|As], Ls, Es, [A|Gs]) :- call(G, A, >), partition(G, As, Ls, Es, Gs).

% convlist(Goal, List, Images): like maplist/3, leaving out the elements that Goal fails for.
convlist(_, [], []).
convlist(G, [A|As], [B|Bs]) :- call(G, A, B), convlist(G, As, Bs).
convlist(G, [A|As], Bs) :- \+ call(G, A, _), convlist(G, As, Bs).
