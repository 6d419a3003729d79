% The heads of a disjunction exclude each other, so that their probabilities cannot exceed 1 together.
0.6::red; 0.5::blue.
query(red).
%! error DisjunctionSum 2
