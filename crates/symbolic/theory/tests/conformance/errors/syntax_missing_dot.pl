% A clause without its full stop.
a :- b
c.
%! error Syntax
