% A network whose links fail. Is there still a way?
0.8::link(a,b). 0.7::link(b,c). 0.6::link(a,c). 0.9::link(c,d). 0.5::link(d,b).

path(X,Y) :- link(X,Y).
path(X,Y) :- path(X,Z), link(Z,Y).

query(path(a,d)).
