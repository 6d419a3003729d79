% Certain facts have probability 1, what cannot be proved has 0.
parent(ann, bob).
parent(bob, cid).
grand(X, Z) :- parent(X, Y), parent(Y, Z).
query(grand(ann, cid)).
query(grand(bob, ann)).
query(parent(_, _)).
%! 1 grand(ann,cid)
%! 0 grand(bob,ann)
%! 1 parent(ann,bob)
%! 1 parent(bob,cid)
