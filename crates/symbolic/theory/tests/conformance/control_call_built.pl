% A goal that is built at run time.
0.3::likes(ann, tea).
0.5::likes(ann, milk).
holds(P, X, Y) :- G =.. [P, X, Y], call(G).
query(holds(likes, ann, _)).
%! 0.5 holds(likes,ann,milk)
%! 0.3 holds(likes,ann,tea)
