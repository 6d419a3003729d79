% findall/3 within findall/3.
0.5::likes(ann, tea).
0.5::likes(bob, tea).
likes(bob, milk).
person(ann).
person(bob).
table(T) :- findall(P-L, (person(P), findall(D, likes(P, D), L)), T).
query(table(_)).
%! 0.25 table([ann-[], bob-[milk]])
%! 0.25 table([ann-[], bob-[tea, milk]])
%! 0.25 table([ann-[tea], bob-[milk]])
%! 0.25 table([ann-[tea], bob-[tea, milk]])
