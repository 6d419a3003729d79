% A block comment that never ends.
a.
/* b.
%! error Syntax
