% Proofs that need two values of one disjunction are impossible.
0.3::v(1); 0.3::v(2); 0.4::v(3).
x :- v(1), v(2).
y :- v(A), v(B), A \= B.
z :- v(A), A >= 2.
query(x).
query(y).
query(z).
%! 0 x
%! 0 y
%! 0.7 z
