% Independent probabilistic facts.
0.6::heads(c1).
0.5::heads(c2).
some :- heads(_).
query(heads(c1)).
query(some).
%! 0.6 heads(c1)
%! 0.8 some
