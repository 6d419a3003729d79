% Who trusts whom, through chains of at most four; distrust overrules.
0.7::trusts(a, b). 0.6::trusts(b, c). 0.9::trusts(c, d). 0.5::trusts(a, c). 0.4::trusts(b, d).
0.8::trusts(d, e). 0.3::trusts(c, e). 0.6::trusts(e, f). 0.7::trusts(d, f).
0.2::rumour(c). 0.1::rumour(d). 0.3::rumour(e).
chain(X, Y, 1) :- trusts(X, Y), \+ rumour(Y).
chain(X, Y, N) :- between(2, 4, N), M is N - 1, trusts(X, Z), \+ rumour(Z), chain(Z, Y, M).
believes(X, Y) :- chain(X, Y, _).
query(believes(a, _)).
