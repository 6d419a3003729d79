% Binary trees as terms.
insert(X, nil, t(nil, X, nil)).
insert(X, t(L, Y, R), t(M, Y, R)) :- X < Y, insert(X, L, M).
insert(X, t(L, Y, R), t(L, Y, S)) :- X >= Y, insert(X, R, S).
build([], T, T).
build([X | Xs], S, T) :- insert(X, S, R), build(Xs, R, T).
walk(nil, []).
walk(t(L, X, R), W) :- walk(L, A), walk(R, B), join(A, [X | B], W).
join([], L, L).
join([X | A], B, [X | C]) :- join(A, B, C).
0.3::last(9); 0.7::last(0).
sorted(S) :- last(X), build([4, 2, 6, X], nil, T), walk(T, S).
query(sorted(_)).
%! 0.7 sorted([0, 2, 4, 6])
%! 0.3 sorted([2, 4, 6, 9])
