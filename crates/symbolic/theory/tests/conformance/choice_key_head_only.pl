% The same instance of a probabilistic clause reached in two ways is one choice.
0.5::heavy(X) :- stone(X).
stone(1).
stone(2).
two_ways(X) :- heavy(X).
two_ways(X) :- stone(X), heavy(X).
query(two_ways(_)).
%! 0.5 two_ways(1)
%! 0.5 two_ways(2)
