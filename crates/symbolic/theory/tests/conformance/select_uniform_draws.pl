% A uniform draw.
:- use_module(library(lists)).
card(X, R) :- select_uniform(deck, [a, b, c, d], X, R).
query(card(_, _)).
%! 0.25 card(a,[b, c, d])
%! 0.25 card(b,[a, c, d])
%! 0.25 card(c,[a, b, d])
%! 0.25 card(d,[a, b, c])
