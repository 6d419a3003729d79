% How many hold?
0.5::p(1).
0.4::p(2).
0.3::p(3).
count(N) :- findall(X, p(X), L), length(L, N).
query(count(_)).
%! 0.21 count(0)
%! 0.44 count(1)
%! 0.29 count(2)
%! 0.06 count(3)
