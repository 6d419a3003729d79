% The same with looked-up probabilities.
w(0.7).
P::a; P::b :- w(P).
query(a).
%! error DisjunctionSum
