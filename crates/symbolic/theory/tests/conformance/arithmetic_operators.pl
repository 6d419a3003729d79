% Integer and real arithmetic.
v(a, X) :- X is 2 + 3 * 4.
v(b, X) :- X is (2 + 3) * 4.
v(c, X) :- X is 7 // 2.
v(d, X) :- X is 7 mod 3.
v(e, X) :- X is 2 ** 10.
v(f, X) :- X is 10 - 3 - 2.
v(g, X) :- X is - 5 + 2.
v(h, X) :- X is min(3, 4) + max(3, 4).
v(i, X) :- X is abs(-7).
v(j, X) :- X is 7 / 2.
v(k, X) :- X is 1.5 * 2.
v(l, X) :- X is -7 // 2.
v(m, X) :- X is -7 mod 3.
v(n, X) :- X is sign(-3).
v(o, X) :- X is 6 / 3.
query(v(_, _)).
%! 1 v(a,14)
%! 1 v(b,20)
%! 1 v(c,3)
%! 1 v(d,1)
%! 1 v(e,1024)
%! 1 v(f,5)
%! 1 v(g,-3)
%! 1 v(h,7)
%! 1 v(i,7)
%! 1 v(j,3.5)
%! 1 v(k,3.0)
%! 1 v(l,-4)
%! 1 v(m,2)
%! 1 v(n,-1)
%! 1 v(o,2.0)
