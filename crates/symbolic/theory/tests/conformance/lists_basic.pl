% Common list predicates.
:- use_module(library(lists)).
t(length, N) :- length([a, b, c], N).
t(reverse, L) :- reverse([1, 2, 3], L).
t(last, X) :- last([1, 2, 3], X).
t(nth0, X) :- nth0(1, [a, b, c], X).
t(nth1, X) :- nth1(1, [a, b, c], X).
t(sum, X) :- sum_list([1, 2, 3], X).
t(max, X) :- max_list([1, 5, 3], X).
t(min, X) :- min_list([4, 2, 3], X).
t(numlist, L) :- numlist(2, 5, L).
t(delete, L) :- delete([a, b, a, c], a, L).
t(subtract, L) :- subtract([1, 2, 3, 4], [2, 4], L).
t(union, L) :- union([1, 2], [2, 3], L).
t(intersection, L) :- intersection([1, 2, 3], [3, 1], L).
t(sort, L) :- sort([3, 1, 2, 3], L).
t(list_to_set, L) :- list_to_set([b, a, b, c, a], L).
t(flatten, L) :- flatten([1, [2, [3]], []], L).
t(max_member, X) :- max_member([a, c, b], X).
query(t(_, _)).
%! 1 t(delete,[b, c])
%! 1 t(flatten,[1, 2, 3])
%! 1 t(intersection,[1, 3])
%! 1 t(last,3)
%! 1 t(length,3)
%! 1 t(list_to_set,[b, a, c])
%! 1 t(max,5)
%! 1 t(max_member,c)
%! 1 t(min,2)
%! 1 t(nth0,b)
%! 1 t(nth1,a)
%! 1 t(numlist,[2, 3, 4, 5])
%! 1 t(reverse,[3, 2, 1])
%! 1 t(sort,[1, 2, 3])
%! 1 t(subtract,[1, 3])
%! 1 t(sum,6)
%! 1 t(union,[1, 2, 3])
