% Negated builtins.
p(1). p(2). p(3).
q(X) :- p(X), \+ X = 2.
r(X) :- p(X), \+ X > 1.
s(X) :- p(X), not(X == 3).
query(q(_)).
query(r(_)).
query(s(_)).
%! 1 q(1)
%! 1 q(3)
%! 1 r(1)
%! 1 s(1)
%! 1 s(2)
