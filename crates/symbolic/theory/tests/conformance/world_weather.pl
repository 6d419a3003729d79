% Three days of weather.
0.5::weather(0, sun); 0.5::weather(0, rain).
0.6::weather(T, sun); 0.4::weather(T, rain) :- T > 0, S is T - 1, weather(S, sun).
0.2::weather(T, sun); 0.8::weather(T, rain) :- T > 0, S is T - 1, weather(S, rain).
evidence(weather(1, rain)).
query(weather(0, _)).
query(weather(3, _)).
%! 0.66666667 weather(0,rain)
%! 0.33333333 weather(0,sun)
%! 0.72 weather(3,rain)
%! 0.28 weather(3,sun)
