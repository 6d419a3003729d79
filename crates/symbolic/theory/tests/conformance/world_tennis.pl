% Who wins best of three?
0.6::point(N, ann); 0.4::point(N, bob) :- between(1, 3, N).
wins(P, K) :- findall(N, point(N, P), L), length(L, K).
match(P) :- player(P), wins(P, K), K >= 2.
player(ann).
player(bob).
query(match(_)).
%! 0.648 match(ann)
%! 0.352 match(bob)
