% A die that is thrown again after a one.
1/6::d(N, 1); 1/6::d(N, 2); 1/6::d(N, 3); 1/6::d(N, 4); 1/6::d(N, 5); 1/6::d(N, 6) :- throw(N).
throw(1).
throw(2) :- d(1, 1).
final(X) :- d(1, X), X > 1.
final(X) :- d(2, X).
query(final(_)).
%! 0.027777778 final(1)
%! 0.19444444 final(2)
%! 0.19444444 final(3)
%! 0.19444444 final(4)
%! 0.19444444 final(5)
%! 0.19444444 final(6)
