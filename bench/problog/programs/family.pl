% Uncertain kinship: facts with doubts, rules without.
0.9::parent(adam, bella). 0.8::parent(adam, carl). parent(bella, dora). 0.7::parent(carl, emil).
0.95::parent(dora, fred). parent(emil, gina). 0.6::parent(emil, hans). 0.5::parent(fred, iris).
ancestor(X, Y) :- parent(X, Y).
ancestor(X, Y) :- parent(X, Z), ancestor(Z, Y).
sibling(X, Y) :- parent(P, X), parent(P, Y), X \= Y.
cousin(X, Y) :- parent(P, X), parent(Q, Y), sibling(P, Q).
query(ancestor(adam, _)).
query(cousin(_, _)).
query(sibling(bella, carl)).
