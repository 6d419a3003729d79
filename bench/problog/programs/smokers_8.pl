% 8 people, two to three friends each: influence runs in circles.
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
friend(p0, p1).
friend(p0, p3).
friend(p0, p7).
friend(p1, p0).
friend(p1, p2).
friend(p2, p1).
friend(p2, p3).
friend(p3, p0).
friend(p3, p2).
friend(p3, p4).
friend(p4, p3).
friend(p4, p5).
friend(p5, p4).
friend(p5, p6).
friend(p6, p5).
friend(p6, p7).
friend(p7, p0).
friend(p7, p6).
evidence(smokes(p1)).
evidence(\+ asthma(p2)).
query(smokes(_)).
query(asthma(p0)).
