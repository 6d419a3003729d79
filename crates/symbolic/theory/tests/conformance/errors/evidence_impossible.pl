% Nobody can see what cannot be.
0.5::a.
b :- a, \+ a.
evidence(b).
query(a).
%! error ImpossibleEvidence
