% Two values of one disjunction.
0.5::x(1); 0.5::x(2).
evidence(x(1)).
evidence(x(2)).
query(x(1)).
%! error ImpossibleEvidence
