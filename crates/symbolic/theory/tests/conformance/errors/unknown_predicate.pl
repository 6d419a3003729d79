% Nothing defines colour/1 (but color/1 is there).
color(red).
nice(X) :- colour(X).
query(nice(_)).
%! error UnknownPredicate 3
