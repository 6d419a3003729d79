% An annotated disjunction: at most one head is true; what is missing to 1 means none.
0.5::red; 0.3::green.
none :- \+ red, \+ green.
both :- red, green.
either :- red.
either :- green.
query(red).
query(green).
query(none).
query(both).
query(either).
%! 0 both
%! 0.8 either
%! 0.3 green
%! 0.2 none
%! 0.5 red
