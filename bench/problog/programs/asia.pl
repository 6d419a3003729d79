% The chest clinic network (Lauritzen and Spiegelhalter 1988).
0.01::asia.
0.5::smoker.
0.05::tub :- asia.
0.01::tub :- \+ asia.
0.1::lung :- smoker.
0.01::lung :- \+ smoker.
0.6::bronc :- smoker.
0.3::bronc :- \+ smoker.
either :- tub.
either :- lung.
0.98::xray :- either.
0.05::xray :- \+ either.
0.9::dysp :- bronc, either.
0.7::dysp :- \+ bronc, either.
0.8::dysp :- bronc, \+ either.
0.1::dysp :- \+ bronc, \+ either.
evidence(dysp).
evidence(\+ xray).
evidence(asia).
query(tub).
query(lung).
query(bronc).
query(smoker).
