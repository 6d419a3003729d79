% A small Bayesian network with three-valued variables.
0.6::diff(easy); 0.4::diff(hard).
0.7::intel(low); 0.3::intel(high).
0.3::grade(a); 0.4::grade(b); 0.3::grade(c) :- intel(low), diff(easy).
0.05::grade(a); 0.25::grade(b); 0.7::grade(c) :- intel(low), diff(hard).
0.9::grade(a); 0.08::grade(b); 0.02::grade(c) :- intel(high), diff(easy).
0.5::grade(a); 0.3::grade(b); 0.2::grade(c) :- intel(high), diff(hard).
0.9::letter :- grade(a).
0.6::letter :- grade(b).
0.01::letter :- grade(c).
evidence(letter).
query(intel(high)).
query(diff(easy)).
query(grade(_)).
%! 0.73643139 diff(easy)
%! 0.64856988 grade(a)
%! 0.34447063 grade(b)
%! 0.0069594853 grade(c)
%! 0.45848994 intel(high)
