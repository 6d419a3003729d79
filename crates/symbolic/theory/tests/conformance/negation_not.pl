% not/1 is the same.
0.3::rain.
dry :- not rain.
also :- not(rain).
query(dry).
query(also).
%! 0.7 also
%! 0.7 dry
