% The name exists, with another number of arguments.
edge(a, b).
path(X) :- edge(X).
query(path(_)).
%! error UnknownPredicate 3
