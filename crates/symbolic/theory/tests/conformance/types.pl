% Type tests.
t(1) :- atom(a).
t(2) :- number(1.5).
t(3) :- integer(1).
t(4) :- float(1.5).
t(5) :- var(_).
t(6) :- nonvar(a).
t(7) :- compound(f(a)).
t(8) :- atomic(1).
t(9) :- is_list([a]).
t(10) :- ground(f(a)).
t(11) :- callable(a).
n(1) :- atom(1).
n(2) :- integer(1.0).
n(3) :- compound(a).
n(4) :- ground(f(_)).
n(5) :- atom(f(a)).
query(t(1)). query(t(2)). query(t(3)). query(t(4)). query(t(5)). query(t(6)).
query(t(7)). query(t(8)). query(t(9)). query(t(10)). query(t(11)).
query(n(1)). query(n(2)). query(n(3)). query(n(4)). query(n(5)).
%! 0 n(1)
%! 0 n(2)
%! 0 n(3)
%! 0 n(4)
%! 0 n(5)
%! 1 t(1)
%! 1 t(10)
%! 1 t(11)
%! 1 t(2)
%! 1 t(3)
%! 1 t(4)
%! 1 t(5)
%! 1 t(6)
%! 1 t(7)
%! 1 t(8)
%! 1 t(9)
