% Three machines, 100 observed products.
0.5::machine(a); 0.3::machine(b); 0.2::machine(c).
0.9::good(I) :- item(I), machine(a).
0.7::good(I) :- item(I), machine(b).
0.4::good(I) :- item(I), machine(c).
item(0).
item(1).
item(2).
item(3).
item(4).
item(5).
item(6).
item(7).
item(8).
item(9).
item(10).
item(11).
item(12).
item(13).
item(14).
item(15).
item(16).
item(17).
item(18).
item(19).
item(20).
item(21).
item(22).
item(23).
item(24).
item(25).
item(26).
item(27).
item(28).
item(29).
item(30).
item(31).
item(32).
item(33).
item(34).
item(35).
item(36).
item(37).
item(38).
item(39).
item(40).
item(41).
item(42).
item(43).
item(44).
item(45).
item(46).
item(47).
item(48).
item(49).
item(50).
item(51).
item(52).
item(53).
item(54).
item(55).
item(56).
item(57).
item(58).
item(59).
item(60).
item(61).
item(62).
item(63).
item(64).
item(65).
item(66).
item(67).
item(68).
item(69).
item(70).
item(71).
item(72).
item(73).
item(74).
item(75).
item(76).
item(77).
item(78).
item(79).
item(80).
item(81).
item(82).
item(83).
item(84).
item(85).
item(86).
item(87).
item(88).
item(89).
item(90).
item(91).
item(92).
item(93).
item(94).
item(95).
item(96).
item(97).
item(98).
item(99).
item(100).
evidence(good(0)).
evidence(good(1)).
evidence(good(2), false).
evidence(good(3)).
evidence(good(4)).
evidence(good(5), false).
evidence(good(6)).
evidence(good(7), false).
evidence(good(8), false).
evidence(good(9)).
evidence(good(10)).
evidence(good(11)).
evidence(good(12)).
evidence(good(13)).
evidence(good(14)).
evidence(good(15), false).
evidence(good(16), false).
evidence(good(17)).
evidence(good(18)).
evidence(good(19)).
evidence(good(20)).
evidence(good(21)).
evidence(good(22), false).
evidence(good(23)).
evidence(good(24)).
evidence(good(25)).
evidence(good(26)).
evidence(good(27)).
evidence(good(28)).
evidence(good(29)).
evidence(good(30), false).
evidence(good(31), false).
evidence(good(32)).
evidence(good(33)).
evidence(good(34)).
evidence(good(35)).
evidence(good(36), false).
evidence(good(37)).
evidence(good(38)).
evidence(good(39)).
evidence(good(40)).
evidence(good(41)).
evidence(good(42), false).
evidence(good(43)).
evidence(good(44)).
evidence(good(45)).
evidence(good(46)).
evidence(good(47)).
evidence(good(48), false).
evidence(good(49)).
evidence(good(50), false).
evidence(good(51), false).
evidence(good(52)).
evidence(good(53), false).
evidence(good(54)).
evidence(good(55)).
evidence(good(56)).
evidence(good(57)).
evidence(good(58), false).
evidence(good(59), false).
evidence(good(60)).
evidence(good(61)).
evidence(good(62), false).
evidence(good(63)).
evidence(good(64)).
evidence(good(65)).
evidence(good(66)).
evidence(good(67)).
evidence(good(68), false).
evidence(good(69)).
evidence(good(70), false).
evidence(good(71), false).
evidence(good(72)).
evidence(good(73)).
evidence(good(74)).
evidence(good(75)).
evidence(good(76), false).
evidence(good(77)).
evidence(good(78)).
evidence(good(79), false).
evidence(good(80)).
evidence(good(81), false).
evidence(good(82)).
evidence(good(83)).
evidence(good(84)).
evidence(good(85)).
evidence(good(86)).
evidence(good(87)).
evidence(good(88)).
evidence(good(89)).
evidence(good(90), false).
evidence(good(91), false).
evidence(good(92)).
evidence(good(93), false).
evidence(good(94)).
evidence(good(95)).
evidence(good(96)).
evidence(good(97)).
evidence(good(98)).
evidence(good(99)).
query(machine(_)).
query(good(100)).
