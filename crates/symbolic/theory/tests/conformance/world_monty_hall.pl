% The host opens a door that hides a goat.
1/3::prize(1); 1/3::prize(2); 1/3::prize(3).
select(1).
0.5::open(2); 0.5::open(3) :- prize(1).
open(3) :- prize(2).
open(2) :- prize(3).
evidence(open(3)).
query(prize(_)).
%! 0.33333333 prize(1)
%! 0.66666667 prize(2)
%! 0 prize(3)
