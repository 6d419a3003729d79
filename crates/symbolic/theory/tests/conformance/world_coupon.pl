% Collecting three pictures with four packets.
1/3::got(N, a); 1/3::got(N, b); 1/3::got(N, c) :- between(1, 4, N).
have(X) :- got(_, X).
complete :- have(a), have(b), have(c).
query(complete).
%! 0.44444444 complete
