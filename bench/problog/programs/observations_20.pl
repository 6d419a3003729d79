% Three machines, 20 observed products.
0.5::machine(a); 0.3::machine(b); 0.2::machine(c).
0.9::good(I) :- item(I), machine(a).
0.7::good(I) :- item(I), machine(b).
0.4::good(I) :- item(I), machine(c).
item(0).
item(1).
item(2).
item(3).
item(4).
item(5).
item(6).
item(7).
item(8).
item(9).
item(10).
item(11).
item(12).
item(13).
item(14).
item(15).
item(16).
item(17).
item(18).
item(19).
item(20).
evidence(good(0), false).
evidence(good(1)).
evidence(good(2)).
evidence(good(3), false).
evidence(good(4)).
evidence(good(5)).
evidence(good(6)).
evidence(good(7)).
evidence(good(8)).
evidence(good(9)).
evidence(good(10)).
evidence(good(11)).
evidence(good(12), false).
evidence(good(13)).
evidence(good(14), false).
evidence(good(15)).
evidence(good(16), false).
evidence(good(17), false).
evidence(good(18)).
evidence(good(19)).
query(machine(_)).
query(good(20)).
