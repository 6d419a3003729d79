% The prize is behind one of three doors, the player takes door 1, the host opens another without the prize.
:- use_module(library(lists)).
1/3::prize(1); 1/3::prize(2); 1/3::prize(3).
chosen(1).
0.5::open(A); 0.5::open(B) :- free_pair(A, B).
open(A) :- free(A), \+ two_free.
free_pair(A, B) :- free(A), free(B), A < B.
two_free :- free_pair(_, _).
free(D) :- member(D, [1, 2, 3]), \+ chosen(D), \+ prize(D).
win_keep :- chosen(D), prize(D).
win_switch :- prize(D), \+ chosen(D), \+ open(D).
query(prize(_)).
query(win_keep).
query(win_switch).
