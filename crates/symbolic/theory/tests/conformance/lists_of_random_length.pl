% Random lists, one element at a time.
0.5::more(N) :- between(1, 3, N).
list(4, []).
list(N, []) :- N =< 3, \+ more(N).
list(N, [N | T]) :- N =< 3, more(N), M is N + 1, list(M, T).
query(list(1, _)).
%! 0.125 list(1,[1, 2, 3])
%! 0.125 list(1,[1, 2])
%! 0.25 list(1,[1])
%! 0.5 list(1,[])
