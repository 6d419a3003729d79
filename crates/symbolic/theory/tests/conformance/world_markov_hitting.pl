% Is state c reached within four steps?
0.6::next(T, a, a); 0.4::next(T, a, b) :- between(0, 3, T).
0.5::next(T, b, a); 0.2::next(T, b, b); 0.3::next(T, b, c) :- between(0, 3, T).
at(0, a).
at(T, Y) :- between(1, 4, T), S is T - 1, at(S, X), next(S, X, Y).
hit :- at(_, c).
query(hit).
query(at(4, _)).
%! 0.4416 at(4,a)
%! 0.256 at(4,b)
%! 0.0864 at(4,c)
%! 0.3024 hit
