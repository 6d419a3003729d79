% Quoted atoms, escapes and operators as atoms. ('x' and x are one atom, as in ISO Prolog; ProbLog 2.3 tells them apart.)
p('hello world').
p([]).
p('Upper').
p(+).
p(a-b).
p('x').
query(p('hello world')).
query(p([])).
query(p('Upper')).
query(p(+)).
query(p(a-b)).
query(p(x)).
%! 1 p('Upper')
%! 1 p('hello world')
%! 1 p(+)
%! 1 p([])
%! 1 p(a-b)
%! 1 p(x)
