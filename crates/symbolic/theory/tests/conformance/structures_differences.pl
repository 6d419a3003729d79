% Symbolic differentiation.
d(x, 1).
d(N, 0) :- number(N).
d(A + B, DA + DB) :- d(A, DA), d(B, DB).
d(A * B, A * DB + DA * B) :- d(A, DA), d(B, DB).
query(d(x * x + 3, _)).
%! 1 d(x*x+3,x*1+1*x+0)
