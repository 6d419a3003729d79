% A conjunction is asked through a rule.
0.3::a.
0.4::b.
ab(1) :- a, b.
query(ab(_)).
%! 0.12 ab(1)
