% One effect of 100 causes, each of which may fail to bring it about.
0.183::cause(0).
0.376::effect :- cause(0).
0.010::cause(1).
0.377::effect :- cause(1).
0.249::cause(2).
0.439::effect :- cause(2).
0.178::cause(3).
0.229::effect :- cause(3).
0.134::cause(4).
0.395::effect :- cause(4).
0.050::cause(5).
0.297::effect :- cause(5).
0.037::cause(6).
0.795::effect :- cause(6).
0.156::cause(7).
0.512::effect :- cause(7).
0.234::cause(8).
0.652::effect :- cause(8).
0.096::cause(9).
0.809::effect :- cause(9).
0.171::cause(10).
0.866::effect :- cause(10).
0.090::cause(11).
0.380::effect :- cause(11).
0.029::cause(12).
0.743::effect :- cause(12).
0.191::cause(13).
0.747::effect :- cause(13).
0.119::cause(14).
0.835::effect :- cause(14).
0.228::cause(15).
0.751::effect :- cause(15).
0.020::cause(16).
0.758::effect :- cause(16).
0.287::cause(17).
0.685::effect :- cause(17).
0.139::cause(18).
0.595::effect :- cause(18).
0.089::cause(19).
0.257::effect :- cause(19).
0.269::cause(20).
0.613::effect :- cause(20).
0.264::cause(21).
0.290::effect :- cause(21).
0.129::cause(22).
0.757::effect :- cause(22).
0.051::cause(23).
0.517::effect :- cause(23).
0.142::cause(24).
0.292::effect :- cause(24).
0.228::cause(25).
0.627::effect :- cause(25).
0.127::cause(26).
0.711::effect :- cause(26).
0.293::cause(27).
0.172::effect :- cause(27).
0.299::cause(28).
0.314::effect :- cause(28).
0.135::cause(29).
0.267::effect :- cause(29).
0.025::cause(30).
0.552::effect :- cause(30).
0.044::cause(31).
0.578::effect :- cause(31).
0.281::cause(32).
0.751::effect :- cause(32).
0.061::cause(33).
0.256::effect :- cause(33).
0.259::cause(34).
0.514::effect :- cause(34).
0.298::cause(35).
0.390::effect :- cause(35).
0.177::cause(36).
0.421::effect :- cause(36).
0.035::cause(37).
0.495::effect :- cause(37).
0.159::cause(38).
0.404::effect :- cause(38).
0.298::cause(39).
0.666::effect :- cause(39).
0.064::cause(40).
0.104::effect :- cause(40).
0.036::cause(41).
0.221::effect :- cause(41).
0.045::cause(42).
0.147::effect :- cause(42).
0.236::cause(43).
0.347::effect :- cause(43).
0.115::cause(44).
0.416::effect :- cause(44).
0.140::cause(45).
0.373::effect :- cause(45).
0.161::cause(46).
0.559::effect :- cause(46).
0.095::cause(47).
0.503::effect :- cause(47).
0.055::cause(48).
0.265::effect :- cause(48).
0.105::cause(49).
0.371::effect :- cause(49).
0.100::cause(50).
0.509::effect :- cause(50).
0.211::cause(51).
0.564::effect :- cause(51).
0.045::cause(52).
0.106::effect :- cause(52).
0.065::cause(53).
0.245::effect :- cause(53).
0.241::cause(54).
0.760::effect :- cause(54).
0.065::cause(55).
0.743::effect :- cause(55).
0.261::cause(56).
0.619::effect :- cause(56).
0.174::cause(57).
0.370::effect :- cause(57).
0.189::cause(58).
0.311::effect :- cause(58).
0.112::cause(59).
0.642::effect :- cause(59).
0.082::cause(60).
0.837::effect :- cause(60).
0.102::cause(61).
0.186::effect :- cause(61).
0.186::cause(62).
0.317::effect :- cause(62).
0.131::cause(63).
0.542::effect :- cause(63).
0.067::cause(64).
0.255::effect :- cause(64).
0.205::cause(65).
0.833::effect :- cause(65).
0.037::cause(66).
0.183::effect :- cause(66).
0.045::cause(67).
0.183::effect :- cause(67).
0.025::cause(68).
0.600::effect :- cause(68).
0.157::cause(69).
0.321::effect :- cause(69).
0.117::cause(70).
0.433::effect :- cause(70).
0.107::cause(71).
0.702::effect :- cause(71).
0.041::cause(72).
0.393::effect :- cause(72).
0.144::cause(73).
0.192::effect :- cause(73).
0.135::cause(74).
0.260::effect :- cause(74).
0.211::cause(75).
0.177::effect :- cause(75).
0.069::cause(76).
0.209::effect :- cause(76).
0.032::cause(77).
0.568::effect :- cause(77).
0.072::cause(78).
0.768::effect :- cause(78).
0.154::cause(79).
0.113::effect :- cause(79).
0.106::cause(80).
0.879::effect :- cause(80).
0.239::cause(81).
0.835::effect :- cause(81).
0.052::cause(82).
0.197::effect :- cause(82).
0.048::cause(83).
0.659::effect :- cause(83).
0.265::cause(84).
0.175::effect :- cause(84).
0.034::cause(85).
0.505::effect :- cause(85).
0.091::cause(86).
0.413::effect :- cause(86).
0.132::cause(87).
0.872::effect :- cause(87).
0.080::cause(88).
0.691::effect :- cause(88).
0.067::cause(89).
0.540::effect :- cause(89).
0.149::cause(90).
0.133::effect :- cause(90).
0.284::cause(91).
0.641::effect :- cause(91).
0.177::cause(92).
0.861::effect :- cause(92).
0.192::cause(93).
0.171::effect :- cause(93).
0.108::cause(94).
0.276::effect :- cause(94).
0.297::cause(95).
0.837::effect :- cause(95).
0.219::cause(96).
0.763::effect :- cause(96).
0.153::cause(97).
0.159::effect :- cause(97).
0.294::cause(98).
0.740::effect :- cause(98).
0.276::cause(99).
0.708::effect :- cause(99).
0.01::effect.
evidence(effect).
query(cause(0)).
query(cause(99)).
