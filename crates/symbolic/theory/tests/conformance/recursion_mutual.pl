% Even and odd by mutual recursion.
0.9::step(1).
0.8::step(2).
0.7::step(3).
even(0).
even(N) :- N > 0, step(N), M is N - 1, odd(M).
odd(N) :- N > 0, step(N), M is N - 1, even(M).
query(odd(3)).
query(even(2)).
query(even(3)).
%! 0.72 even(2)
%! 0 even(3)
%! 0.504 odd(3)
