% Double-quoted text is a term of its own.
name(1, "ann").
name(2, "bob").
0.5::greets(X) :- name(X, "ann").
query(greets(_)).
query(name(1, "ann")).
%! 0.5 greets(1)
%! 1 name(1,"ann")
