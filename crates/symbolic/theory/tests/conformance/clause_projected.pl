% Through an auxiliary predicate there is one choice for each instance of the head only.
knows(ann, bob).
knows(ann, cid).
social(X) :- knows(X, _).
0.5::happy(X) :- social(X).
query(happy(ann)).
%! 0.5 happy(ann)
