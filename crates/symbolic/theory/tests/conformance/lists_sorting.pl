% A sorting program over a random list.
0.5::extra(1); 0.5::extra(7).
qsort([], []).
qsort([P | T], S) :- split(P, T, A, B), qsort(A, C), qsort(B, D), app(C, [P | D], S).
split(_, [], [], []).
split(P, [X | T], [X | A], B) :- X =< P, split(P, T, A, B).
split(P, [X | T], A, [X | B]) :- X > P, split(P, T, A, B).
app([], L, L).
app([X | A], B, [X | C]) :- app(A, B, C).
sorted(S) :- extra(E), qsort([3, E, 5, 2], S).
query(sorted(_)).
%! 0.5 sorted([1, 2, 3, 5])
%! 0.5 sorted([2, 3, 5, 7])
