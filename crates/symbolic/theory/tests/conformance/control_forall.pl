% forall/2: no counterexample.
0.9::ok(1).
0.8::ok(2).
0.5::part(3).
0.7::ok(3).
part(1).
part(2).
works :- forall(part(X), ok(X)).
query(works).
%! 0.612 works
