% Text where a list should be.
:- use_module(library(lists)).
p(S) :- sum_list(abc, S).
query(p(_)).
%! error Argument
