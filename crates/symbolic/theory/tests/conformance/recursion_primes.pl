% Sieve by negation.
composite(N) :- between(2, 30, N), between(2, 5, D), D < N, 0 is N mod D.
prime(N) :- between(2, 30, N), \+ composite(N).
query(prime(_)).
%! 1 prime(11)
%! 1 prime(13)
%! 1 prime(17)
%! 1 prime(19)
%! 1 prime(2)
%! 1 prime(23)
%! 1 prime(29)
%! 1 prime(3)
%! 1 prime(5)
%! 1 prime(7)
