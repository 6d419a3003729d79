% Negation as failure of a probabilistic atom.
0.3::rain.
dry :- \+ rain.
query(dry).
%! 0.7 dry
