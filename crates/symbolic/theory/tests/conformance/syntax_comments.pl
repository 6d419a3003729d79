% Comments of both kinds, and layout.
/* a block
   comment */
0.3::a. % to the end of the line
b :- /* inside */ a,
     % a line of its own
     true.
query(b).
%! 0.3 b
