% findall/3 over certain facts keeps source order; equal values of different answers are all kept.
p(3). p(1). p(2).
w(a, 1). w(b, 1). w(c, 2).
all(L) :- findall(X, p(X), L).
pairs(L) :- findall(X-Y, (p(X), p(Y), X < Y), L).
none(L) :- findall(X, (p(X), X > 9), L).
weights(L) :- findall(W, w(_, W), L).
query(all(_)).
query(pairs(_)).
query(none(_)).
query(weights(_)).
%! 1 all([3, 1, 2])
%! 1 none([])
%! 1 pairs([1-3, 1-2, 2-3])
%! 1 weights([1, 1, 2])
