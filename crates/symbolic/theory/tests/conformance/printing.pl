% Output does not change answers.
0.3::a.
b :- a, write(hello), nl.
query(b).
%! 0.3 b
