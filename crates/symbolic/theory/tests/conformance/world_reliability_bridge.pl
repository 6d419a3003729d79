% The bridge network.
0.9::c(s, a). 0.8::c(s, b). 0.7::c(a, b). 0.85::c(a, t). 0.75::c(b, t).
joined(X, Y) :- c(X, Y).
joined(X, Y) :- c(Y, X).
reach(X, X).
reach(X, Y) :- reach(X, Z), joined(Z, Y).
works :- reach(s, t).
query(works).
%! 0.932075 works
