% Bit operations.
b(1, X) :- X is 5 /\ 3.
b(2, X) :- X is 5 \/ 3.
b(3, X) :- X is 1 << 4.
b(4, X) :- X is 16 >> 2.
b(5, X) :- X is xor(5, 3).
query(b(_, _)).
%! 1 b(1,1)
%! 1 b(2,7)
%! 1 b(3,16)
%! 1 b(4,4)
%! 1 b(5,6)
