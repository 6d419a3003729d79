% A comparison that is written the wrong way round.
p(X) :- X <= 3.
query(p(1)).
%! error Syntax 2
