% One effect of 20 causes, each of which may fail to bring it about.
0.227::cause(0).
0.286::effect :- cause(0).
0.082::cause(1).
0.321::effect :- cause(1).
0.127::cause(2).
0.492::effect :- cause(2).
0.216::cause(3).
0.289::effect :- cause(3).
0.270::cause(4).
0.415::effect :- cause(4).
0.122::cause(5).
0.255::effect :- cause(5).
0.180::cause(6).
0.631::effect :- cause(6).
0.070::cause(7).
0.663::effect :- cause(7).
0.163::cause(8).
0.342::effect :- cause(8).
0.102::cause(9).
0.168::effect :- cause(9).
0.233::cause(10).
0.898::effect :- cause(10).
0.218::cause(11).
0.283::effect :- cause(11).
0.104::cause(12).
0.696::effect :- cause(12).
0.034::cause(13).
0.567::effect :- cause(13).
0.199::cause(14).
0.523::effect :- cause(14).
0.063::cause(15).
0.183::effect :- cause(15).
0.012::cause(16).
0.810::effect :- cause(16).
0.248::cause(17).
0.418::effect :- cause(17).
0.118::cause(18).
0.589::effect :- cause(18).
0.152::cause(19).
0.322::effect :- cause(19).
0.01::effect.
evidence(effect).
query(cause(0)).
query(cause(19)).
