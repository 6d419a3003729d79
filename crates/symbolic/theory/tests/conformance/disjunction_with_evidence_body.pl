% Evidence on the body and on a head.
0.5::sick.
0.7::test(pos); 0.3::test(neg) :- sick.
0.1::test(pos); 0.9::test(neg) :- \+ sick.
evidence(test(pos)).
query(sick).
%! 0.875 sick
