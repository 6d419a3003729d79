% The same atom seen to be true and false.
0.5::a.
evidence(a).
evidence(\+ a).
query(a).
%! error ImpossibleEvidence
