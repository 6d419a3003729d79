% Two alleles from two parents.
0.5::allele(X, a); 0.5::allele(X, b) :- parent(X).
parent(1).
parent(2).
child(A, B) :- allele(1, A), allele(2, B).
dominant :- child(a, _).
dominant :- child(_, a).
query(child(_, _)).
query(dominant).
%! 0.25 child(a,a)
%! 0.25 child(a,b)
%! 0.25 child(b,a)
%! 0.25 child(b,b)
%! 0.75 dominant
