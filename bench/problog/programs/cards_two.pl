% Two cards from a deck of twelve without replacement: same suit, a pair, the higher rank.
:- use_module(library(lists)).
deck([c(h,1), c(h,2), c(h,3), c(h,4), c(s,1), c(s,2), c(s,3), c(s,4), c(d,1), c(d,2), c(d,3), c(d,4)]).
hand(C, D) :- deck(L), select_uniform(first, L, C, R), select_uniform(second(C), R, D, _).
flush :- hand(c(S, _), c(S, _)).
pair :- hand(c(_, R), c(_, R)).
high(4) :- hand(c(_, 4), _).
high(4) :- hand(_, c(_, 4)).
query(flush).
query(pair).
query(high(4)).
