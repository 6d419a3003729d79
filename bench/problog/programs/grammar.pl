% Does a random sentence of a small grammar parse? Each word is heard wrongly with some probability.
0.8::word(0, the); 0.2::word(0, a).
0.7::word(1, dog); 0.3::word(1, dug).
0.6::word(2, saw); 0.4::word(2, sore).
0.9::word(3, the); 0.1::word(3, them).
0.7::word(4, man); 0.3::word(4, men).
0.8::word(5, with); 0.2::word(5, width).
0.9::word(6, the); 0.1::word(6, a).
0.6::word(7, telescope); 0.4::word(7, man).
class(det, the). class(det, a). class(n, dog). class(n, man). class(n, telescope). class(n, men).
class(v, saw). class(v, dug). class(p, with). class(pron, them).
phrase(C, I, J) :- word(I, W), class(C, W), J is I + 1.
phrase(np, I, J) :- phrase(det, I, K), phrase(n, K, J).
phrase(np, I, J) :- phrase(pron, I, J).
phrase(np, I, J) :- phrase(np, I, K), phrase(pp, K, J).
phrase(pp, I, J) :- phrase(p, I, K), phrase(np, K, J).
phrase(vp, I, J) :- phrase(v, I, K), phrase(np, K, J).
phrase(vp, I, J) :- phrase(vp, I, K), phrase(pp, K, J).
phrase(s, I, J) :- phrase(np, I, K), phrase(vp, K, J).
query(phrase(s, 0, 5)).
query(phrase(s, 0, 8)).
