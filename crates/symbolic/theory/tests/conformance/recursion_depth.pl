% A counter with a random stop.
0.9::goes(N) :- between(1, 5, N).
reach(0).
reach(N) :- between(1, 5, N), M is N - 1, reach(M), goes(N).
query(reach(_)).
%! 1 reach(0)
%! 0.9 reach(1)
%! 0.81 reach(2)
%! 0.729 reach(3)
%! 0.6561 reach(4)
%! 0.59049 reach(5)
