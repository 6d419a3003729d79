% A neural predicate whose network has given nothing.
nn(net, [X], Y, [0, 1]) :: digit(X, Y).
query(digit(image, 1)).
%! error Neural
