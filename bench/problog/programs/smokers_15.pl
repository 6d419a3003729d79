% 15 people, two to three friends each: influence runs in circles.
0.3::stress(X) :- person(X).
0.2::influences(X, Y) :- person(X), person(Y), friend(X, Y).
smokes(X) :- stress(X).
smokes(X) :- friend(X, Y), influences(Y, X), smokes(Y).
0.4::asthma(X) :- smokes(X).
person(p0).
person(p1).
person(p2).
person(p3).
person(p4).
person(p5).
person(p6).
person(p7).
person(p8).
person(p9).
person(p10).
person(p11).
person(p12).
person(p13).
person(p14).
friend(p0, p1).
friend(p0, p12).
friend(p0, p14).
friend(p1, p0).
friend(p1, p2).
friend(p1, p13).
friend(p2, p1).
friend(p2, p3).
friend(p2, p14).
friend(p3, p2).
friend(p3, p4).
friend(p4, p3).
friend(p4, p5).
friend(p4, p12).
friend(p5, p4).
friend(p5, p6).
friend(p6, p5).
friend(p6, p7).
friend(p6, p13).
friend(p7, p6).
friend(p7, p8).
friend(p8, p7).
friend(p8, p9).
friend(p9, p8).
friend(p9, p10).
friend(p10, p9).
friend(p10, p11).
friend(p11, p10).
friend(p11, p12).
friend(p12, p0).
friend(p12, p4).
friend(p12, p11).
friend(p12, p13).
friend(p13, p1).
friend(p13, p6).
friend(p13, p12).
friend(p13, p14).
friend(p14, p0).
friend(p14, p2).
friend(p14, p13).
evidence(smokes(p1)).
evidence(\+ asthma(p2)).
query(smokes(_)).
query(asthma(p0)).
