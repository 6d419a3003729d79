% Numbers as terms.
add(z, Y, Y).
add(s(X), Y, s(Z)) :- add(X, Y, Z).
0.4::n(s(z)); 0.6::n(s(s(z))).
sum(S) :- n(X), add(X, s(z), S).
query(sum(_)).
query(add(_, _, s(s(z)))).
%! 1 add(s(s(z)),z,s(s(z)))
%! 1 add(s(z),s(z),s(s(z)))
%! 1 add(z,s(s(z)),s(s(z)))
%! 0.6 sum(s(s(s(z))))
%! 0.4 sum(s(s(z)))
