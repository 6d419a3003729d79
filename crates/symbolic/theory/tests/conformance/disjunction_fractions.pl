% Six sixths are one.
1/6::die(1); 1/6::die(2); 1/6::die(3); 1/6::die(4); 1/6::die(5); 1/6::die(6).
even :- die(X), 0 is X mod 2.
query(even).
query(die(_)).
%! 0.16666667 die(1)
%! 0.16666667 die(2)
%! 0.16666667 die(3)
%! 0.16666667 die(4)
%! 0.16666667 die(5)
%! 0.16666667 die(6)
%! 0.5 even
