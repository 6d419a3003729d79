% If-then-else asks its condition in each world.
0.3::rain.
take(umbrella) :- (rain -> true ; fail).
go(X) :- (rain -> X = bus ; X = bike).
query(take(_)).
query(go(_)).
%! 0.3 take(umbrella)
%! 0.3 go(bus)
%! 0.7 go(bike)
