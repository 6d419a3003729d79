% 20 diseases, 30 symptoms, each caused by up to four diseases.
0.050::disease(0).
0.067::disease(1).
0.049::disease(2).
0.039::disease(3).
0.048::disease(4).
0.018::disease(5).
0.056::disease(6).
0.081::disease(7).
0.042::disease(8).
0.066::disease(9).
0.060::disease(10).
0.053::disease(11).
0.025::disease(12).
0.053::disease(13).
0.055::disease(14).
0.012::disease(15).
0.087::disease(16).
0.076::disease(17).
0.066::disease(18).
0.033::disease(19).
0.825::symptom(0) :- disease(17).
0.326::symptom(0) :- disease(8).
0.508::symptom(0) :- disease(18).
0.02::symptom(0).
0.560::symptom(1) :- disease(11).
0.485::symptom(1) :- disease(12).
0.02::symptom(1).
0.875::symptom(2) :- disease(3).
0.483::symptom(2) :- disease(19).
0.495::symptom(2) :- disease(12).
0.02::symptom(2).
0.385::symptom(3) :- disease(6).
0.516::symptom(3) :- disease(2).
0.02::symptom(3).
0.780::symptom(4) :- disease(8).
0.706::symptom(4) :- disease(10).
0.850::symptom(4) :- disease(7).
0.388::symptom(4) :- disease(19).
0.02::symptom(4).
0.828::symptom(5) :- disease(6).
0.708::symptom(5) :- disease(2).
0.853::symptom(5) :- disease(12).
0.354::symptom(5) :- disease(4).
0.02::symptom(5).
0.496::symptom(6) :- disease(2).
0.758::symptom(6) :- disease(16).
0.02::symptom(6).
0.488::symptom(7) :- disease(13).
0.330::symptom(7) :- disease(12).
0.02::symptom(7).
0.644::symptom(8) :- disease(8).
0.719::symptom(8) :- disease(13).
0.625::symptom(8) :- disease(12).
0.363::symptom(8) :- disease(0).
0.02::symptom(8).
0.642::symptom(9) :- disease(0).
0.873::symptom(9) :- disease(2).
0.230::symptom(9) :- disease(3).
0.831::symptom(9) :- disease(9).
0.02::symptom(9).
0.448::symptom(10) :- disease(3).
0.677::symptom(10) :- disease(7).
0.223::symptom(10) :- disease(12).
0.02::symptom(10).
0.211::symptom(11) :- disease(9).
0.535::symptom(11) :- disease(1).
0.587::symptom(11) :- disease(0).
0.02::symptom(11).
0.456::symptom(12) :- disease(19).
0.421::symptom(12) :- disease(12).
0.529::symptom(12) :- disease(3).
0.467::symptom(12) :- disease(0).
0.02::symptom(12).
0.787::symptom(13) :- disease(17).
0.491::symptom(13) :- disease(8).
0.02::symptom(13).
0.351::symptom(14) :- disease(7).
0.786::symptom(14) :- disease(19).
0.466::symptom(14) :- disease(6).
0.236::symptom(14) :- disease(0).
0.02::symptom(14).
0.638::symptom(15) :- disease(2).
0.233::symptom(15) :- disease(12).
0.498::symptom(15) :- disease(16).
0.619::symptom(15) :- disease(15).
0.02::symptom(15).
0.701::symptom(16) :- disease(1).
0.825::symptom(16) :- disease(16).
0.600::symptom(16) :- disease(8).
0.318::symptom(16) :- disease(19).
0.02::symptom(16).
0.409::symptom(17) :- disease(19).
0.926::symptom(17) :- disease(15).
0.347::symptom(17) :- disease(4).
0.02::symptom(17).
0.705::symptom(18) :- disease(19).
0.346::symptom(18) :- disease(6).
0.456::symptom(18) :- disease(2).
0.02::symptom(18).
0.596::symptom(19) :- disease(9).
0.474::symptom(19) :- disease(5).
0.865::symptom(19) :- disease(11).
0.540::symptom(19) :- disease(3).
0.02::symptom(19).
0.801::symptom(20) :- disease(19).
0.862::symptom(20) :- disease(10).
0.02::symptom(20).
0.560::symptom(21) :- disease(18).
0.380::symptom(21) :- disease(12).
0.02::symptom(21).
0.821::symptom(22) :- disease(15).
0.925::symptom(22) :- disease(14).
0.02::symptom(22).
0.388::symptom(23) :- disease(13).
0.383::symptom(23) :- disease(11).
0.532::symptom(23) :- disease(8).
0.833::symptom(23) :- disease(18).
0.02::symptom(23).
0.822::symptom(24) :- disease(10).
0.325::symptom(24) :- disease(13).
0.364::symptom(24) :- disease(19).
0.910::symptom(24) :- disease(6).
0.02::symptom(24).
0.780::symptom(25) :- disease(4).
0.462::symptom(25) :- disease(12).
0.02::symptom(25).
0.784::symptom(26) :- disease(7).
0.569::symptom(26) :- disease(17).
0.206::symptom(26) :- disease(16).
0.02::symptom(26).
0.836::symptom(27) :- disease(12).
0.702::symptom(27) :- disease(6).
0.02::symptom(27).
0.253::symptom(28) :- disease(5).
0.237::symptom(28) :- disease(10).
0.694::symptom(28) :- disease(12).
0.02::symptom(28).
0.259::symptom(29) :- disease(0).
0.320::symptom(29) :- disease(12).
0.02::symptom(29).
evidence(symptom(0)).
evidence(symptom(2)).
evidence(symptom(4)).
evidence(symptom(6)).
evidence(symptom(8), false).
evidence(symptom(10)).
evidence(symptom(12)).
evidence(symptom(14), false).
evidence(symptom(16), false).
evidence(symptom(18)).
evidence(symptom(20), false).
evidence(symptom(22), false).
evidence(symptom(24)).
evidence(symptom(26)).
evidence(symptom(28), false).
query(disease(0)).
query(disease(1)).
query(disease(2)).
query(disease(3)).
query(disease(4)).
query(disease(5)).
query(disease(6)).
query(disease(7)).
query(disease(8)).
query(disease(9)).
query(disease(10)).
query(disease(11)).
query(disease(12)).
query(disease(13)).
query(disease(14)).
query(disease(15)).
query(disease(16)).
query(disease(17)).
query(disease(18)).
query(disease(19)).
