% Chained conditions.
0.3::a.
0.4::b.
x(V) :- (a -> V = 1 ; b -> V = 2 ; V = 3).
query(x(_)).
%! 0.3 x(1)
%! 0.28 x(2)
%! 0.42 x(3)
