% Two dice as annotated disjunctions: the distribution of their sum.
1/6::die(D, 1); 1/6::die(D, 2); 1/6::die(D, 3); 1/6::die(D, 4); 1/6::die(D, 5); 1/6::die(D, 6) :- named(D).
named(red).
named(blue).
sum(S) :- die(red, A), die(blue, B), S is A + B.
query(sum(_)).
