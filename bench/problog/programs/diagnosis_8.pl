% 8 diseases, 10 symptoms, each caused by up to four diseases.
0.027::disease(0).
0.097::disease(1).
0.042::disease(2).
0.082::disease(3).
0.034::disease(4).
0.049::disease(5).
0.087::disease(6).
0.092::disease(7).
0.241::symptom(0) :- disease(3).
0.387::symptom(0) :- disease(1).
0.670::symptom(0) :- disease(5).
0.714::symptom(0) :- disease(0).
0.02::symptom(0).
0.551::symptom(1) :- disease(4).
0.618::symptom(1) :- disease(2).
0.388::symptom(1) :- disease(7).
0.02::symptom(1).
0.342::symptom(2) :- disease(6).
0.908::symptom(2) :- disease(3).
0.531::symptom(2) :- disease(1).
0.02::symptom(2).
0.396::symptom(3) :- disease(4).
0.462::symptom(3) :- disease(5).
0.262::symptom(3) :- disease(2).
0.02::symptom(3).
0.318::symptom(4) :- disease(4).
0.858::symptom(4) :- disease(6).
0.786::symptom(4) :- disease(1).
0.02::symptom(4).
0.723::symptom(5) :- disease(4).
0.561::symptom(5) :- disease(0).
0.02::symptom(5).
0.936::symptom(6) :- disease(7).
0.433::symptom(6) :- disease(4).
0.02::symptom(6).
0.258::symptom(7) :- disease(4).
0.795::symptom(7) :- disease(1).
0.493::symptom(7) :- disease(5).
0.920::symptom(7) :- disease(6).
0.02::symptom(7).
0.444::symptom(8) :- disease(7).
0.728::symptom(8) :- disease(4).
0.652::symptom(8) :- disease(1).
0.794::symptom(8) :- disease(6).
0.02::symptom(8).
0.874::symptom(9) :- disease(0).
0.434::symptom(9) :- disease(4).
0.393::symptom(9) :- disease(2).
0.02::symptom(9).
evidence(symptom(0), false).
evidence(symptom(2), false).
evidence(symptom(4)).
evidence(symptom(6)).
evidence(symptom(8)).
query(disease(0)).
query(disease(1)).
query(disease(2)).
query(disease(3)).
query(disease(4)).
query(disease(5)).
query(disease(6)).
query(disease(7)).
