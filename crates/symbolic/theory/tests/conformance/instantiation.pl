% A predicate that looks at whether its arguments are bound has other proofs when it is called otherwise.
0.1::p1.
0.8::p2.
p(A, B) :- var(A), p1, A = u.
p(A, B) :- var(B), p2, B = u.
z :- p(A, u).
s :- p(u, B), B == u.
query(z).
query(s).
%! 0.1 z
%! 0.8 s
