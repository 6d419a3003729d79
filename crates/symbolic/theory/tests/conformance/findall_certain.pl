% findall/3 over certain facts keeps source order and doubles.
p(3). p(1). p(3). p(2).
all(L) :- findall(X, p(X), L).
pairs(L) :- findall(X-Y, (p(X), p(Y), X < Y), L).
none(L) :- findall(X, (p(X), X > 9), L).
query(all(_)).
query(pairs(_)).
query(none(_)).
%! 1 all([3, 1, 3, 2])
%! 1 none([])
%! 1 pairs([1-3, 1-3, 1-2, 2-3, 2-3])
