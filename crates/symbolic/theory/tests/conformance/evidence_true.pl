% Conditioning on what was seen.
0.3::rain.
0.2::sprinkler.
wet :- rain.
wet :- sprinkler.
evidence(wet).
query(rain).
query(sprinkler).
query(wet).
%! 0.68181818 rain
%! 0.45454545 sprinkler
%! 1 wet
