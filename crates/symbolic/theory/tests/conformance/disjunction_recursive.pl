% A chain of draws, each depending on the one before.
0.7::s(N, a); 0.3::s(N, b) :- N > 0, M is N - 1, s(M, a).
0.4::s(N, a); 0.6::s(N, b) :- N > 0, M is N - 1, s(M, b).
s(0, a).
query(s(4, _)).
%! 0.5749 s(4,a)
%! 0.4251 s(4,b)
