% The same fact written twice is two independent choices.
0.3::rain.
0.4::rain.
query(rain).
%! 0.58 rain
