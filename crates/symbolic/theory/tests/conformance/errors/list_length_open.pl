% A list without an end has no length.
p(N) :- length(L, N), L = [a].
query(p(_)).
%! error Argument
