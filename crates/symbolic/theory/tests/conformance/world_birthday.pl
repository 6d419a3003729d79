% Three people and a year of five days: do two share a birthday?
0.2::day(P, 1); 0.2::day(P, 2); 0.2::day(P, 3); 0.2::day(P, 4); 0.2::day(P, 5) :- person(P).
person(1). person(2). person(3).
shared :- day(P, D), day(Q, D), P < Q.
query(shared).
%! 0.52 shared
