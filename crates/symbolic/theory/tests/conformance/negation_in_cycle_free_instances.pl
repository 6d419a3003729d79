% A negative cycle between predicates that is none between atoms.
0.5::lamp(1).
0.5::lamp(2).
0.5::lamp(3).
on(N) :- lamp(N), N =< 1.
on(N) :- N > 1, N =< 3, M is N - 1, lamp(N), \+ on(M).
query(on(1)).
query(on(2)).
query(on(3)).
%! 0.5 on(1)
%! 0.25 on(2)
%! 0.375 on(3)
