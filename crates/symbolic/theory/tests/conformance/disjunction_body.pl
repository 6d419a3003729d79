% A disjunction with a body is drawn once for each true instance of the body.
0.5::wet.
0.2::cold; 0.8::warm :- wet.
0.9::cold; 0.1::warm :- \+ wet.
query(cold).
query(warm).
%! 0.55 cold
%! 0.45 warm
