% A quoted atom that never ends.
p('abc).
%! error Syntax
