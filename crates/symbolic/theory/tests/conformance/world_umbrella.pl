% Filtering and smoothing.
0.5::rain(0).
0.7::rain(T) :- between(1, 2, T), S is T - 1, rain(S).
0.3::rain(T) :- between(1, 2, T), S is T - 1, \+ rain(S).
0.9::umbrella(T) :- between(1, 2, T), rain(T).
0.2::umbrella(T) :- between(1, 2, T), \+ rain(T).
evidence(umbrella(1)).
evidence(umbrella(2)).
query(rain(1)).
query(rain(2)).
%! 0.88335704 rain(1)
%! 0.88335704 rain(2)
