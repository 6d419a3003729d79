% Ways to write a probability.
1/4::quarter.
1.0e-3::rare.
0.5::'quoted atom'(1).
25/100::same.
query(quarter).
query(rare).
query('quoted atom'(1)).
query(same).
%! 0.5 'quoted atom'(1)
%! 0.25 quarter
%! 0.001 rare
%! 0.25 same
