% One draw for each instance.
0.4::colour(X, red); 0.6::colour(X, blue) :- ball(X).
ball(1).
ball(2).
same :- colour(1, C), colour(2, C).
query(same).
query(colour(1, red)).
%! 0.4 colour(1,red)
%! 0.52 same
