% Two biased coins and the event that at least one shows heads.
0.4::heads(c1).
0.7::heads(c2).
some :- heads(_).
both :- heads(c1), heads(c2).
query(some).
query(both).
