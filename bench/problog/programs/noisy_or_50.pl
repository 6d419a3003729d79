% One effect of 50 causes, each of which may fail to bring it about.
0.122::cause(0).
0.846::effect :- cause(0).
0.173::cause(1).
0.155::effect :- cause(1).
0.021::cause(2).
0.293::effect :- cause(2).
0.058::cause(3).
0.399::effect :- cause(3).
0.129::cause(4).
0.859::effect :- cause(4).
0.144::cause(5).
0.537::effect :- cause(5).
0.100::cause(6).
0.814::effect :- cause(6).
0.245::cause(7).
0.227::effect :- cause(7).
0.247::cause(8).
0.440::effect :- cause(8).
0.065::cause(9).
0.476::effect :- cause(9).
0.072::cause(10).
0.562::effect :- cause(10).
0.254::cause(11).
0.438::effect :- cause(11).
0.142::cause(12).
0.637::effect :- cause(12).
0.122::cause(13).
0.563::effect :- cause(13).
0.109::cause(14).
0.272::effect :- cause(14).
0.281::cause(15).
0.467::effect :- cause(15).
0.277::cause(16).
0.699::effect :- cause(16).
0.114::cause(17).
0.719::effect :- cause(17).
0.082::cause(18).
0.761::effect :- cause(18).
0.257::cause(19).
0.737::effect :- cause(19).
0.158::cause(20).
0.787::effect :- cause(20).
0.272::cause(21).
0.290::effect :- cause(21).
0.147::cause(22).
0.556::effect :- cause(22).
0.156::cause(23).
0.733::effect :- cause(23).
0.087::cause(24).
0.516::effect :- cause(24).
0.066::cause(25).
0.837::effect :- cause(25).
0.175::cause(26).
0.400::effect :- cause(26).
0.229::cause(27).
0.296::effect :- cause(27).
0.225::cause(28).
0.156::effect :- cause(28).
0.046::cause(29).
0.219::effect :- cause(29).
0.270::cause(30).
0.686::effect :- cause(30).
0.297::cause(31).
0.194::effect :- cause(31).
0.016::cause(32).
0.658::effect :- cause(32).
0.065::cause(33).
0.827::effect :- cause(33).
0.297::cause(34).
0.121::effect :- cause(34).
0.293::cause(35).
0.345::effect :- cause(35).
0.248::cause(36).
0.320::effect :- cause(36).
0.022::cause(37).
0.821::effect :- cause(37).
0.049::cause(38).
0.741::effect :- cause(38).
0.278::cause(39).
0.408::effect :- cause(39).
0.194::cause(40).
0.732::effect :- cause(40).
0.021::cause(41).
0.390::effect :- cause(41).
0.020::cause(42).
0.527::effect :- cause(42).
0.190::cause(43).
0.330::effect :- cause(43).
0.014::cause(44).
0.395::effect :- cause(44).
0.247::cause(45).
0.802::effect :- cause(45).
0.211::cause(46).
0.160::effect :- cause(46).
0.019::cause(47).
0.308::effect :- cause(47).
0.127::cause(48).
0.445::effect :- cause(48).
0.090::cause(49).
0.859::effect :- cause(49).
0.01::effect.
evidence(effect).
query(cause(0)).
query(cause(49)).
