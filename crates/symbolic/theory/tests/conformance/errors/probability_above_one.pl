% Probabilities lie between 0 and 1.
1.5::a.
query(a).
%! error Probability 2
