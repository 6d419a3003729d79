% A probabilistic fact needs values for its variables when it is used.
0.5::p(_).
query(p(_)).
%! error NonGround
