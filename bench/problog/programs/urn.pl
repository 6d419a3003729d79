% Three draws from an urn without replacement: how many red balls, and which order?
:- use_module(library(lists)).
0.25::extra(red); 0.75::extra(green).
urn([red, red, green, green, green, blue, X]) :- extra(X).
draw(0, U, U, []).
draw(N, U, R, [B | T]) :- N > 0, M is N - 1, draw(M, U, V, T), take(N, V, B, R).
take(N, U, B, R) :- select_uniform(t(N, U), U, B, R).
drawn(L) :- urn(U), draw(3, U, _, L).
count([], _, 0).
count([C | T], C, N) :- count(T, C, M), N is M + 1.
count([D | T], C, N) :- D \= C, count(T, C, N).
reds(N) :- drawn(L), count(L, red, N).
evidence(\+ reds(0)).
query(reds(_)).
query(extra(red)).
