% One choice for each instance of all the variables of a clause, also of those that are not in the head.
knows(ann, bob).
knows(ann, cid).
knows(ann, dan).
0.5::happy(X) :- knows(X, _).
0.5::sad(X) :- knows(X, Y), Y \= bob.
query(happy(ann)).
query(sad(ann)).
%! 0.875 happy(ann)
%! 0.75 sad(ann)
