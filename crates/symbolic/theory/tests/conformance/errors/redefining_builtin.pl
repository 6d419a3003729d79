% A core predicate cannot be defined anew.
X is Y :- X = Y.
a.
query(a).
%! error Syntax
