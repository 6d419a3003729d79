% Boards of sixteen pictures, and whether each is a solved 4 x 4 Sudoku. No cell has a label.
:- network(cell, lenet(4)).
:- train("train.csv", solved([mnist(C1), mnist(C2), mnist(C3), mnist(C4), mnist(C5), mnist(C6), mnist(C7), mnist(C8),
                              mnist(C9), mnist(C10), mnist(C11), mnist(C12), mnist(C13), mnist(C14), mnist(C15), mnist(C16)])).
:- test("test.csv", solved([mnist(C1), mnist(C2), mnist(C3), mnist(C4), mnist(C5), mnist(C6), mnist(C7), mnist(C8),
                            mnist(C9), mnist(C10), mnist(C11), mnist(C12), mnist(C13), mnist(C14), mnist(C15), mnist(C16)])).
:- training([epochs(10), batch(32), rate(0.002), shift(2)]).

nn(cell, [X], Y, [1..4]) :: cell(X, Y).

solved([A,B,C,D, E,F,G,H, I,J,K,L, M,N,O,P]) :-
    group([A,B,C,D], [A1,B1,C1,D1]),
    group([E,F,G,H], [E1,F1,G1,H1]),
    different([A1,B1,E1,F1]), different([C1,D1,G1,H1]),
    group([I,J,K,L], [I1,J1,K1,L1]),
    different([A1,E1,I1]), different([B1,F1,J1]), different([C1,G1,K1]), different([D1,H1,L1]),
    group([M,N,O,P], [M1,N1,O1,P1]),
    different([I1,J1,M1,N1]), different([K1,L1,O1,P1]),
    different([A1,E1,I1,M1]), different([B1,F1,J1,N1]), different([C1,G1,K1,O1]), different([D1,H1,L1,P1]).

% Four pictures that show four different values.
group(Pictures, Values) :- cells(Pictures, Values), different(Values).

cells([], []).
cells([X|Xs], [Y|Ys]) :- cell(X, Y), cells(Xs, Ys).

different([]).
different([X|Xs]) :- \+ member(X, Xs), different(Xs).
