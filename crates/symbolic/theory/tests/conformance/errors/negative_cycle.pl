% A barber who shaves those who do not shave themselves.
shaves(barber, X) :- person(X), \+ shaves(X, X).
person(barber).
query(shaves(barber, barber)).
%! error NegativeCycle
