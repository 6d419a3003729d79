% A disjunction with looked-up probabilities.
odds(1, 0.2, 0.5).
odds(2, 0.6, 0.1).
P::win(M); Q::draw(M) :- odds(M, P, Q).
loss(M) :- odds(M, _, _), \+ win(M), \+ draw(M).
query(win(_)).
query(draw(_)).
query(loss(_)).
%! 0.5 draw(1)
%! 0.1 draw(2)
%! 0.3 loss(1)
%! 0.3 loss(2)
%! 0.2 win(1)
%! 0.6 win(2)
