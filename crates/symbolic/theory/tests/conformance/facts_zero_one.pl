% Probabilities 0 and 1 are allowed.
0.0::never.
1.0::always.
0::no.
1::yes.
query(never).
query(always).
query(no).
query(yes).
%! 1 always
%! 0 never
%! 0 no
%! 1 yes
