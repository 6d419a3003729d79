% Lists over possible worlds: how many of ten sensors fire, and what is their total weight?
:- use_module(library(lists)).
weight(1, 3). weight(2, 1). weight(3, 4). weight(4, 1). weight(5, 5).
weight(6, 9). weight(7, 2). weight(8, 6).
0.5::fires(1). 0.3::fires(2). 0.7::fires(3). 0.2::fires(4). 0.6::fires(5).
0.4::fires(6). 0.9::fires(7). 0.1::fires(8).
firing(L) :- findall(S, fires(S), L).
firing_number(N) :- firing(L), length(L, N).
total(T) :- findall(W, (fires(S), weight(S, W)), L), sum_list(L, T).
alarm :- firing_number(N), N >= 5.
heavy :- total(T), T > 20.
query(firing_number(_)).
query(alarm).
query(heavy).
