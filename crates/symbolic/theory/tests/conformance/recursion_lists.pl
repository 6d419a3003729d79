% Definitions of list predicates of one's own.
app([], L, L).
app([H | T], L, [H | R]) :- app(T, L, R).
len([], 0).
len([_ | T], N) :- len(T, M), N is M + 1.
rev([], []).
rev([H | T], R) :- rev(T, S), app(S, [H], R).
query(app([1, 2], [3], _)).
query(app(_, _, [1, 2])).
query(len([a, b, c], _)).
query(rev([1, 2, 3], _)).
%! 1 app([1, 2],[3],[1, 2, 3])
%! 1 app([1, 2],[],[1, 2])
%! 1 app([1],[2],[1, 2])
%! 1 app([],[1, 2],[1, 2])
%! 1 len([a, b, c],3)
%! 1 rev([1, 2, 3],[3, 2, 1])
