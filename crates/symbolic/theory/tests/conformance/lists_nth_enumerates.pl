% nth1/3 with an unknown index.
:- use_module(library(lists)).
pos(I, X) :- nth1(I, [a, b], X).
query(pos(_, _)).
%! 1 pos(1,a)
%! 1 pos(2,b)
