% Probabilities that come out of arithmetic over random values.
0.5::n(1); 0.5::n(3).
P::hit :- n(N), P is 1 / N.
query(hit).
%! 0.66666667 hit
