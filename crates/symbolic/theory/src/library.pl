% Library predicates written in the language itself: those that call goals.
%
% A program that defines one of these itself uses its own definition instead.

% maplist(Goal, List, ...): Goal holds of the elements of the lists, one after the other.
maplist(_, []).
maplist(G, [A|As]) :- call(G, A), maplist(G, As).

maplist(_, [], []).
maplist(G, [A|As], [B|Bs]) :- call(G, A, B), maplist(G, As, Bs).

maplist(_, [], [], []).
maplist(G, [A|As], [B|Bs], [C|Cs]) :- call(G, A, B, C), maplist(G, As, Bs, Cs).

maplist(_, [], [], [], []).
maplist(G, [A|As], [B|Bs], [C|Cs], [D|Ds]) :- call(G, A, B, C, D), maplist(G, As, Bs, Cs, Ds).

maplist(_, [], [], [], [], []).
maplist(G, [A|As], [B|Bs], [C|Cs], [D|Ds], [E|Es]) :-
    call(G, A, B, C, D, E), maplist(G, As, Bs, Cs, Ds, Es).

maplist(_, [], [], [], [], [], []).
maplist(G, [A|As], [B|Bs], [C|Cs], [D|Ds], [E|Es], [F|Fs]) :-
    call(G, A, B, C, D, E, F), maplist(G, As, Bs, Cs, Ds, Es, Fs).

% foldl(Goal, List, ..., V0, V): V is V0 changed by Goal for each element: call(Goal, Element, ..., Before, After).
foldl(_, [], V, V).
foldl(G, [A|As], V0, V) :- call(G, A, V0, V1), foldl(G, As, V1, V).

foldl(_, [], [], V, V).
foldl(G, [A|As], [B|Bs], V0, V) :- call(G, A, B, V0, V1), foldl(G, As, Bs, V1, V).

foldl(_, [], [], [], V, V).
foldl(G, [A|As], [B|Bs], [C|Cs], V0, V) :- call(G, A, B, C, V0, V1), foldl(G, As, Bs, Cs, V1, V).

foldl(_, [], [], [], [], V, V).
foldl(G, [A|As], [B|Bs], [C|Cs], [D|Ds], V0, V) :-
    call(G, A, B, C, D, V0, V1), foldl(G, As, Bs, Cs, Ds, V1, V).

% foldl_noinit(Goal, List, V): like foldl/4 with the first element as the start; [] for the empty list.
foldl_noinit(_, [], []).
foldl_noinit(G, [A|As], V) :- foldl(G, As, A, V).

% scanl(Goal, List, ..., V0, Vs): all the intermediate values of foldl, without V0 itself.
scanl(_, [], _, []).
scanl(G, [A|As], V0, [V|Vs]) :- call(G, A, V0, V), scanl(G, As, V, Vs).

scanl(_, [], [], _, []).
scanl(G, [A|As], [B|Bs], V0, [V|Vs]) :- call(G, A, B, V0, V), scanl(G, As, Bs, V, Vs).

scanl(_, [], [], [], _, []).
scanl(G, [A|As], [B|Bs], [C|Cs], V0, [V|Vs]) :- call(G, A, B, C, V0, V), scanl(G, As, Bs, Cs, V, Vs).

scanl(_, [], [], [], [], _, []).
scanl(G, [A|As], [B|Bs], [C|Cs], [D|Ds], V0, [V|Vs]) :-
    call(G, A, B, C, D, V0, V), scanl(G, As, Bs, Cs, Ds, V, Vs).

% include(Goal, List, Kept), exclude(Goal, List, Kept): the elements of which Goal holds, or does not hold.
include(_, [], []).
include(G, [A|As], [A|Bs]) :- call(G, A), include(G, As, Bs).
include(G, [A|As], Bs) :- \+ call(G, A), include(G, As, Bs).

exclude(_, [], []).
exclude(G, [A|As], [A|Bs]) :- \+ call(G, A), exclude(G, As, Bs).
exclude(G, [A|As], Bs) :- call(G, A), exclude(G, As, Bs).

% partition(Goal, List, Yes, No).
partition(_, [], [], []).
partition(G, [A|As], [A|Ys], Ns) :- call(G, A), partition(G, As, Ys, Ns).
partition(G, [A|As], Ys, [A|Ns]) :- \+ call(G, A), partition(G, As, Ys, Ns).

% partition(Goal, List, Less, Equal, Greater): by call(Goal, Element, Order), where Order is <, = or >.
partition(_, [], [], [], []).
partition(G, [A|As], [A|Ls], Es, Gs) :- call(G, A, <), partition(G, As, Ls, Es, Gs).
partition(G, [A|As], Ls, [A|Es], Gs) :- call(G, A, =), partition(G, As, Ls, Es, Gs).
partition(G, [A|As], Ls, Es, [A|Gs]) :- call(G, A, >), partition(G, As, Ls, Es, Gs).

% convlist(Goal, List, Images): like maplist/3, leaving out the elements that Goal fails for.
convlist(_, [], []).
convlist(G, [A|As], [B|Bs]) :- call(G, A, B), convlist(G, As, Bs).
convlist(G, [A|As], Bs) :- \+ call(G, A, _), convlist(G, As, Bs).

% ignore(Goal): Goal, or nothing where it fails.
ignore(G) :- call(G).
ignore(G) :- \+ call(G).

% on_fail(Goal, Other): Goal, or Other where it fails.
on_fail(G, _) :- call(G).
on_fail(G, Other) :- \+ call(G), call(Other).

% select_uniform(Id, Values, Value, Rest): one of the values, each with the same probability; Rest is the list of the others.
% Calls with the same Id make the same choice.
select_uniform(Id, Values, Value, Rest) :-
    length(Values, N), N > 0,
    make_list(N, 1, Weights),
    select_from(Id, N, Weights, Values, Value, Rest).

% select_weighted(Id, Weights, Values, Value, Rest): the same with probabilities proportional to the weights.
select_weighted(Id, Weights, Values, Value, Rest) :-
    sum_list(Weights, Total), Total > 0,
    select_from(Id, Total, Weights, Values, Value, Rest).

% select_weighted(Id, Pairs, Value, Rest): the same with pairs (Weight, Value).
select_weighted(Id, Pairs, Value, Rest) :-
    unzip(Pairs, Weights, Values),
    select_weighted(Id, Weights, Values, Value, Rest).

% Goes through the values and stops at each with the probability that it is this one, given that it is none before.
% The last one is taken for certain, whatever rounding has left of the total.
select_from(_, _, [_], [V], V, []).
select_from(Id, Total, [W|Ws], [V|Vs], V, Vs) :-
    Ws = [_|_], select_share(W, Total, P),
    select_stop(Id, P, V, Ws, Vs).
select_from(Id, Total, [W|Ws], [V|Vs], X, [V|Rest]) :-
    Ws = [_|_], select_share(W, Total, P),
    \+ select_stop(Id, P, V, Ws, Vs),
    Left is Total - W,
    select_from(Id, Left, Ws, Vs, X, Rest).

select_share(W, Total, 1) :- W >= Total.
select_share(W, Total, P) :- W < Total, P is W / Total.

P::select_stop(_, P, _, _, _).

% sample_uniform1(Id, Values, Value): like select_uniform/4 without the rest.
sample_uniform1(Id, Values, Value) :- select_uniform(Id, Values, Value, _).

% aggregate(Function, Term, Group, Goal, (Group, Result)): Function(Values, Result) of the values that Term takes over the
% answers of Goal, for each value of Group. Functions are sum, avg, min, max, length, or any predicate of a list.
aggregate(Function, Term, Group, Goal, (Group, Result)) :-
    all([Group, Term, Goal], call(Goal), Answers),
    maplist(nth0(0), Answers, Groups),
    maplist(nth0(1), Answers, Terms),
    enum_groups(Groups, Terms, Group, Values),
    call(Function, Values, Result).

% Goal => Group/Collector(Args...): calls collect_Collector(Goal, Group, Args...). Without a group all answers are one.
'=>'(Goal, Group/Collector) :- collect_with(Goal, Group, Collector).
'=>'(Goal, Collector) :- Collector \= _/_, collect_with(Goal, none, Collector).

collect_with(Goal, Group, Collector) :-
    Collector =.. [Name|Args],
    atom_concat(collect_, Name, Predicate),
    Call =.. [Predicate, Goal, Group|Args],
    call(Call).

% collectgroup(Goal, Term, Group, Values): the values that Term takes over the answers of Goal, for each value of Group.
collectgroup(Goal, Term, Group, Values) :-
    all_or_none((Group, Term), call(Goal), Answers),
    enum_groups(Answers, Group, Values).

collect_list(Goal, Term, Values) :- collect_list(Goal, none, Term, Values).
collect_list(Goal, Group, Term, Values) :- collectgroup(Goal, Term, Group, Values).

% cut(Goal), cut(Goal, Index): rules in order. For cut(r(A, B)) the rules are r(Index, A, B); the one with the smallest Index
% that succeeds is used, those after it are not.
cut(Goal) :- cut_rule(Goal, _).
cut(Goal, Index) :- var(Index), cut_rule(Goal, Index).
cut(Goal, Index) :- atomic(Index), cut_rule(Goal, Index).
cut(Goal, Indexes) :- nonvar(Indexes), Indexes = [_|_], cut(Goal, Indexes, _).

% cut(Goal, Indexes, Index): the rules in the order of a list of indexes.
cut(Goal, [Index|_], Index) :- cut_call(Goal, Index).
cut(Goal, [First|Indexes], Index) :-
    numbervars(Goal, Numbered), \+ cut_holds(Numbered, First),
    cut(Goal, Indexes, Index).

% The goal is passed on with its variables numbered: what is negated has to be ground.
cut_rule(Goal, Index) :-
    numbervars(Goal, Numbered),
    cut_call(Goal, Index),
    \+ cut_before(Numbered, Index).

cut_before(Numbered, Index) :- varnumbers(Numbered, Goal), cut_call(Goal, Before), Before @< Index.
cut_holds(Numbered, Index) :- varnumbers(Numbered, Goal), cut_call(Goal, Index).

cut_call(Goal, Index) :- Goal =.. [Name|Args], Rule =.. [Name, Index|Args], call(Rule).
