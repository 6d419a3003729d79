% A file that does not exist.
:- consult('no such file.pl').
a.
query(a).
%! error File 2
