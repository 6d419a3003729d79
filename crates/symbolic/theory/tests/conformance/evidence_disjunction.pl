% Evidence on a value of a disjunction.
0.2::c(red); 0.3::c(green); 0.5::c(blue).
evidence(\+ c(red)).
query(c(_)).
%! 0.625 c(blue)
%! 0.375 c(green)
