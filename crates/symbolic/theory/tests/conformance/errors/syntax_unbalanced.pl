% A bracket that is never closed.
p(a, [b, c).
%! error Syntax 2
