% A findall below a negation.
0.5::p(1).
0.4::p(2).
many :- findall(X, p(X), [_, _ | _]).
few :- \+ many.
query(many).
query(few).
%! 0.8 few
%! 0.2 many
