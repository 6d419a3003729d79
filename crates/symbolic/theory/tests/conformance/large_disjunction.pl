% Ten values, seven of them asked for together.
0.1::v(0); 0.1::v(1); 0.1::v(2); 0.1::v(3); 0.1::v(4); 0.1::v(5); 0.1::v(6); 0.1::v(7); 0.1::v(8); 0.1::v(9).
big :- v(X), X >= 3.
odd :- v(X), 1 is X mod 2.
both :- big, odd.
query(big).
query(odd).
query(both).
%! 0.7 big
%! 0.4 both
%! 0.5 odd
