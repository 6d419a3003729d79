% Negation of a conjunction and of a disjunction.
0.3::a.
0.6::b.
neither :- \+ (a ; b).
notboth :- \+ (a, b).
query(neither).
query(notboth).
%! 0.28 neither
%! 0.82 notboth
