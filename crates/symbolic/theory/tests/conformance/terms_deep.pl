% Terms as states: a stack machine.
run([], S, S).
run([push(X) | P], S, R) :- run(P, [X | S], R).
run([add | P], [A, B | S], R) :- C is A + B, run(P, [C | S], R).
run([mul | P], [A, B | S], R) :- C is A * B, run(P, [C | S], R).
0.5::program([push(2), push(3), add]); 0.5::program([push(2), push(3), mul]).
value(V) :- program(P), run(P, [], [V]).
query(value(_)).
%! 0.5 value(5)
%! 0.5 value(6)
