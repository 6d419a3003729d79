% Below 0.
-0.2::a.
query(a).
%! error Probability 2
