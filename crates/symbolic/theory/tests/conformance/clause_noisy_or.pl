% Probabilistic clauses: each is a cause of its own.
0.3::fire.
0.2::burglar.
0.9::alarm :- fire.
0.8::alarm :- burglar.
query(alarm).
%! 0.3868 alarm
