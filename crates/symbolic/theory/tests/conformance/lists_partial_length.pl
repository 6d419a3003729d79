% length/2 makes lists.
l(L) :- length(L, 2), L = [a, b].
query(l(_)).
%! 1 l([a, b])
