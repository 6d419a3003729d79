% forall over a condition that is itself random.
0.5::in(1). 0.5::in(2). in(3).
0.8::red(1). 0.5::red(2). red(3).
all_red :- forall(in(X), red(X)).
query(all_red).
%! 0.675 all_red
