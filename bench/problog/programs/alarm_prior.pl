% All leaves of a network of the shape of ALARM, without evidence.
0.280::lvfailure(0); 0.720::lvfailure(1).
0.502::hypovolemia(0); 0.498::hypovolemia(1).
0.564::errlowoutput(0); 0.436::errlowoutput(1).
0.461::errcauter(0); 0.539::errcauter(1).
0.586::insuffanesth(0); 0.414::insuffanesth(1).
0.487::anaphylaxis(0); 0.513::anaphylaxis(1).
0.517::kinkedtube(0); 0.483::kinkedtube(1).
0.202::fio2(0); 0.798::fio2(1).
0.111::pulmembolus(0); 0.889::pulmembolus(1).
0.255::intubation(0); 0.524::intubation(1); 0.221::intubation(2).
0.026::disconnect(0); 0.974::disconnect(1).
0.352::minvolset(0); 0.070::minvolset(1); 0.578::minvolset(2).
0.552::history(0); 0.448::history(1) :- lvfailure(0).
0.433::history(0); 0.567::history(1) :- lvfailure(1).
0.854::lvedvolume(0); 0.082::lvedvolume(1); 0.064::lvedvolume(2) :- hypovolemia(0), lvfailure(0).
0.203::lvedvolume(0); 0.365::lvedvolume(1); 0.432::lvedvolume(2) :- hypovolemia(0), lvfailure(1).
0.854::lvedvolume(0); 0.020::lvedvolume(1); 0.126::lvedvolume(2) :- hypovolemia(1), lvfailure(0).
0.464::lvedvolume(0); 0.333::lvedvolume(1); 0.203::lvedvolume(2) :- hypovolemia(1), lvfailure(1).
0.883::cvp(0); 0.067::cvp(1); 0.050::cvp(2) :- lvedvolume(0).
0.217::cvp(0); 0.012::cvp(1); 0.771::cvp(2) :- lvedvolume(1).
0.271::cvp(0); 0.531::cvp(1); 0.198::cvp(2) :- lvedvolume(2).
0.049::pcwp(0); 0.225::pcwp(1); 0.726::pcwp(2) :- lvedvolume(0).
0.237::pcwp(0); 0.524::pcwp(1); 0.239::pcwp(2) :- lvedvolume(1).
0.170::pcwp(0); 0.443::pcwp(1); 0.387::pcwp(2) :- lvedvolume(2).
0.085::strokevolume(0); 0.698::strokevolume(1); 0.217::strokevolume(2) :- hypovolemia(0), lvfailure(0).
0.082::strokevolume(0); 0.889::strokevolume(1); 0.029::strokevolume(2) :- hypovolemia(0), lvfailure(1).
0.132::strokevolume(0); 0.011::strokevolume(1); 0.857::strokevolume(2) :- hypovolemia(1), lvfailure(0).
0.462::strokevolume(0); 0.303::strokevolume(1); 0.235::strokevolume(2) :- hypovolemia(1), lvfailure(1).
0.487::tpr(0); 0.221::tpr(1); 0.292::tpr(2) :- anaphylaxis(0).
0.242::tpr(0); 0.615::tpr(1); 0.143::tpr(2) :- anaphylaxis(1).
0.203::pap(0); 0.207::pap(1); 0.590::pap(2) :- pulmembolus(0).
0.392::pap(0); 0.410::pap(1); 0.198::pap(2) :- pulmembolus(1).
0.059::shunt(0); 0.941::shunt(1) :- intubation(0), pulmembolus(0).
0.718::shunt(0); 0.282::shunt(1) :- intubation(0), pulmembolus(1).
0.090::shunt(0); 0.910::shunt(1) :- intubation(1), pulmembolus(0).
0.410::shunt(0); 0.590::shunt(1) :- intubation(1), pulmembolus(1).
0.343::shunt(0); 0.657::shunt(1) :- intubation(2), pulmembolus(0).
0.489::shunt(0); 0.511::shunt(1) :- intubation(2), pulmembolus(1).
0.137::ventmach(0); 0.675::ventmach(1); 0.111::ventmach(2); 0.077::ventmach(3) :- minvolset(0).
0.300::ventmach(0); 0.086::ventmach(1); 0.162::ventmach(2); 0.452::ventmach(3) :- minvolset(1).
0.259::ventmach(0); 0.148::ventmach(1); 0.081::ventmach(2); 0.512::ventmach(3) :- minvolset(2).
0.096::venttube(0); 0.652::venttube(1); 0.184::venttube(2); 0.068::venttube(3) :- disconnect(0), ventmach(0).
0.534::venttube(0); 0.013::venttube(1); 0.349::venttube(2); 0.104::venttube(3) :- disconnect(0), ventmach(1).
0.045::venttube(0); 0.046::venttube(1); 0.128::venttube(2); 0.781::venttube(3) :- disconnect(0), ventmach(2).
0.110::venttube(0); 0.088::venttube(1); 0.524::venttube(2); 0.278::venttube(3) :- disconnect(0), ventmach(3).
0.415::venttube(0); 0.279::venttube(1); 0.083::venttube(2); 0.223::venttube(3) :- disconnect(1), ventmach(0).
0.590::venttube(0); 0.028::venttube(1); 0.061::venttube(2); 0.321::venttube(3) :- disconnect(1), ventmach(1).
0.156::venttube(0); 0.434::venttube(1); 0.053::venttube(2); 0.357::venttube(3) :- disconnect(1), ventmach(2).
0.134::venttube(0); 0.072::venttube(1); 0.788::venttube(2); 0.006::venttube(3) :- disconnect(1), ventmach(3).
0.239::press(0); 0.578::press(1); 0.159::press(2); 0.024::press(3) :- intubation(0), kinkedtube(0), venttube(0).
0.135::press(0); 0.248::press(1); 0.604::press(2); 0.013::press(3) :- intubation(0), kinkedtube(0), venttube(1).
0.110::press(0); 0.302::press(1); 0.340::press(2); 0.248::press(3) :- intubation(0), kinkedtube(0), venttube(2).
0.273::press(0); 0.026::press(1); 0.267::press(2); 0.434::press(3) :- intubation(0), kinkedtube(0), venttube(3).
0.135::press(0); 0.339::press(1); 0.418::press(2); 0.108::press(3) :- intubation(0), kinkedtube(1), venttube(0).
0.171::press(0); 0.299::press(1); 0.025::press(2); 0.505::press(3) :- intubation(0), kinkedtube(1), venttube(1).
0.067::press(0); 0.297::press(1); 0.271::press(2); 0.365::press(3) :- intubation(0), kinkedtube(1), venttube(2).
0.070::press(0); 0.297::press(1); 0.228::press(2); 0.405::press(3) :- intubation(0), kinkedtube(1), venttube(3).
0.491::press(0); 0.141::press(1); 0.160::press(2); 0.208::press(3) :- intubation(1), kinkedtube(0), venttube(0).
0.319::press(0); 0.199::press(1); 0.107::press(2); 0.375::press(3) :- intubation(1), kinkedtube(0), venttube(1).
0.386::press(0); 0.067::press(1); 0.073::press(2); 0.474::press(3) :- intubation(1), kinkedtube(0), venttube(2).
0.001::press(0); 0.200::press(1); 0.211::press(2); 0.588::press(3) :- intubation(1), kinkedtube(0), venttube(3).
0.122::press(0); 0.248::press(1); 0.205::press(2); 0.425::press(3) :- intubation(1), kinkedtube(1), venttube(0).
0.483::press(0); 0.290::press(1); 0.036::press(2); 0.191::press(3) :- intubation(1), kinkedtube(1), venttube(1).
0.001::press(0); 0.327::press(1); 0.114::press(2); 0.558::press(3) :- intubation(1), kinkedtube(1), venttube(2).
0.359::press(0); 0.123::press(1); 0.275::press(2); 0.243::press(3) :- intubation(1), kinkedtube(1), venttube(3).
0.366::press(0); 0.492::press(1); 0.074::press(2); 0.068::press(3) :- intubation(2), kinkedtube(0), venttube(0).
0.189::press(0); 0.448::press(1); 0.088::press(2); 0.275::press(3) :- intubation(2), kinkedtube(0), venttube(1).
0.589::press(0); 0.059::press(1); 0.035::press(2); 0.317::press(3) :- intubation(2), kinkedtube(0), venttube(2).
0.394::press(0); 0.203::press(1); 0.147::press(2); 0.256::press(3) :- intubation(2), kinkedtube(0), venttube(3).
0.603::press(0); 0.157::press(1); 0.022::press(2); 0.218::press(3) :- intubation(2), kinkedtube(1), venttube(0).
0.094::press(0); 0.131::press(1); 0.306::press(2); 0.469::press(3) :- intubation(2), kinkedtube(1), venttube(1).
0.372::press(0); 0.117::press(1); 0.006::press(2); 0.505::press(3) :- intubation(2), kinkedtube(1), venttube(2).
0.496::press(0); 0.364::press(1); 0.002::press(2); 0.138::press(3) :- intubation(2), kinkedtube(1), venttube(3).
0.134::ventlung(0); 0.078::ventlung(1); 0.681::ventlung(2); 0.107::ventlung(3) :- intubation(0), kinkedtube(0), venttube(0).
0.208::ventlung(0); 0.619::ventlung(1); 0.030::ventlung(2); 0.143::ventlung(3) :- intubation(0), kinkedtube(0), venttube(1).
0.033::ventlung(0); 0.358::ventlung(1); 0.387::ventlung(2); 0.222::ventlung(3) :- intubation(0), kinkedtube(0), venttube(2).
0.396::ventlung(0); 0.232::ventlung(1); 0.225::ventlung(2); 0.147::ventlung(3) :- intubation(0), kinkedtube(0), venttube(3).
0.152::ventlung(0); 0.062::ventlung(1); 0.223::ventlung(2); 0.563::ventlung(3) :- intubation(0), kinkedtube(1), venttube(0).
0.270::ventlung(0); 0.416::ventlung(1); 0.054::ventlung(2); 0.260::ventlung(3) :- intubation(0), kinkedtube(1), venttube(1).
0.062::ventlung(0); 0.051::ventlung(1); 0.061::ventlung(2); 0.826::ventlung(3) :- intubation(0), kinkedtube(1), venttube(2).
0.175::ventlung(0); 0.068::ventlung(1); 0.714::ventlung(2); 0.043::ventlung(3) :- intubation(0), kinkedtube(1), venttube(3).
0.159::ventlung(0); 0.134::ventlung(1); 0.140::ventlung(2); 0.567::ventlung(3) :- intubation(1), kinkedtube(0), venttube(0).
0.343::ventlung(0); 0.164::ventlung(1); 0.198::ventlung(2); 0.295::ventlung(3) :- intubation(1), kinkedtube(0), venttube(1).
0.547::ventlung(0); 0.155::ventlung(1); 0.260::ventlung(2); 0.038::ventlung(3) :- intubation(1), kinkedtube(0), venttube(2).
0.324::ventlung(0); 0.087::ventlung(1); 0.512::ventlung(2); 0.077::ventlung(3) :- intubation(1), kinkedtube(0), venttube(3).
0.166::ventlung(0); 0.120::ventlung(1); 0.675::ventlung(2); 0.039::ventlung(3) :- intubation(1), kinkedtube(1), venttube(0).
0.013::ventlung(0); 0.382::ventlung(1); 0.440::ventlung(2); 0.165::ventlung(3) :- intubation(1), kinkedtube(1), venttube(1).
0.032::ventlung(0); 0.430::ventlung(1); 0.143::ventlung(2); 0.395::ventlung(3) :- intubation(1), kinkedtube(1), venttube(2).
0.531::ventlung(0); 0.294::ventlung(1); 0.172::ventlung(2); 0.003::ventlung(3) :- intubation(1), kinkedtube(1), venttube(3).
0.055::ventlung(0); 0.117::ventlung(1); 0.669::ventlung(2); 0.159::ventlung(3) :- intubation(2), kinkedtube(0), venttube(0).
0.307::ventlung(0); 0.261::ventlung(1); 0.191::ventlung(2); 0.241::ventlung(3) :- intubation(2), kinkedtube(0), venttube(1).
0.065::ventlung(0); 0.239::ventlung(1); 0.005::ventlung(2); 0.691::ventlung(3) :- intubation(2), kinkedtube(0), venttube(2).
0.613::ventlung(0); 0.034::ventlung(1); 0.277::ventlung(2); 0.076::ventlung(3) :- intubation(2), kinkedtube(0), venttube(3).
0.002::ventlung(0); 0.593::ventlung(1); 0.104::ventlung(2); 0.301::ventlung(3) :- intubation(2), kinkedtube(1), venttube(0).
0.117::ventlung(0); 0.171::ventlung(1); 0.027::ventlung(2); 0.685::ventlung(3) :- intubation(2), kinkedtube(1), venttube(1).
0.533::ventlung(0); 0.209::ventlung(1); 0.033::ventlung(2); 0.225::ventlung(3) :- intubation(2), kinkedtube(1), venttube(2).
0.386::ventlung(0); 0.026::ventlung(1); 0.480::ventlung(2); 0.108::ventlung(3) :- intubation(2), kinkedtube(1), venttube(3).
0.023::minvol(0); 0.549::minvol(1); 0.064::minvol(2); 0.364::minvol(3) :- intubation(0), ventlung(0).
0.254::minvol(0); 0.065::minvol(1); 0.657::minvol(2); 0.024::minvol(3) :- intubation(0), ventlung(1).
0.043::minvol(0); 0.214::minvol(1); 0.739::minvol(2); 0.004::minvol(3) :- intubation(0), ventlung(2).
0.248::minvol(0); 0.378::minvol(1); 0.333::minvol(2); 0.041::minvol(3) :- intubation(0), ventlung(3).
0.141::minvol(0); 0.282::minvol(1); 0.353::minvol(2); 0.224::minvol(3) :- intubation(1), ventlung(0).
0.037::minvol(0); 0.230::minvol(1); 0.480::minvol(2); 0.253::minvol(3) :- intubation(1), ventlung(1).
0.259::minvol(0); 0.246::minvol(1); 0.361::minvol(2); 0.134::minvol(3) :- intubation(1), ventlung(2).
0.604::minvol(0); 0.145::minvol(1); 0.234::minvol(2); 0.017::minvol(3) :- intubation(1), ventlung(3).
0.233::minvol(0); 0.377::minvol(1); 0.141::minvol(2); 0.249::minvol(3) :- intubation(2), ventlung(0).
0.096::minvol(0); 0.009::minvol(1); 0.328::minvol(2); 0.567::minvol(3) :- intubation(2), ventlung(1).
0.550::minvol(0); 0.086::minvol(1); 0.326::minvol(2); 0.038::minvol(3) :- intubation(2), ventlung(2).
0.284::minvol(0); 0.450::minvol(1); 0.068::minvol(2); 0.198::minvol(3) :- intubation(2), ventlung(3).
0.113::ventalv(0); 0.810::ventalv(1); 0.052::ventalv(2); 0.025::ventalv(3) :- intubation(0), ventlung(0).
0.240::ventalv(0); 0.141::ventalv(1); 0.565::ventalv(2); 0.054::ventalv(3) :- intubation(0), ventlung(1).
0.020::ventalv(0); 0.198::ventalv(1); 0.298::ventalv(2); 0.484::ventalv(3) :- intubation(0), ventlung(2).
0.128::ventalv(0); 0.203::ventalv(1); 0.556::ventalv(2); 0.113::ventalv(3) :- intubation(0), ventlung(3).
0.381::ventalv(0); 0.144::ventalv(1); 0.367::ventalv(2); 0.108::ventalv(3) :- intubation(1), ventlung(0).
0.390::ventalv(0); 0.415::ventalv(1); 0.104::ventalv(2); 0.091::ventalv(3) :- intubation(1), ventlung(1).
0.509::ventalv(0); 0.085::ventalv(1); 0.131::ventalv(2); 0.275::ventalv(3) :- intubation(1), ventlung(2).
0.207::ventalv(0); 0.137::ventalv(1); 0.013::ventalv(2); 0.643::ventalv(3) :- intubation(1), ventlung(3).
0.713::ventalv(0); 0.063::ventalv(1); 0.111::ventalv(2); 0.113::ventalv(3) :- intubation(2), ventlung(0).
0.321::ventalv(0); 0.291::ventalv(1); 0.360::ventalv(2); 0.028::ventalv(3) :- intubation(2), ventlung(1).
0.022::ventalv(0); 0.150::ventalv(1); 0.477::ventalv(2); 0.351::ventalv(3) :- intubation(2), ventlung(2).
0.517::ventalv(0); 0.304::ventalv(1); 0.076::ventalv(2); 0.103::ventalv(3) :- intubation(2), ventlung(3).
0.583::pvsat(0); 0.380::pvsat(1); 0.037::pvsat(2) :- fio2(0), ventalv(0).
0.462::pvsat(0); 0.062::pvsat(1); 0.476::pvsat(2) :- fio2(0), ventalv(1).
0.066::pvsat(0); 0.071::pvsat(1); 0.863::pvsat(2) :- fio2(0), ventalv(2).
0.478::pvsat(0); 0.306::pvsat(1); 0.216::pvsat(2) :- fio2(0), ventalv(3).
0.393::pvsat(0); 0.398::pvsat(1); 0.209::pvsat(2) :- fio2(1), ventalv(0).
0.080::pvsat(0); 0.860::pvsat(1); 0.060::pvsat(2) :- fio2(1), ventalv(1).
0.267::pvsat(0); 0.250::pvsat(1); 0.483::pvsat(2) :- fio2(1), ventalv(2).
0.167::pvsat(0); 0.196::pvsat(1); 0.637::pvsat(2) :- fio2(1), ventalv(3).
0.143::sao2(0); 0.589::sao2(1); 0.268::sao2(2) :- pvsat(0), shunt(0).
0.640::sao2(0); 0.046::sao2(1); 0.314::sao2(2) :- pvsat(0), shunt(1).
0.489::sao2(0); 0.105::sao2(1); 0.406::sao2(2) :- pvsat(1), shunt(0).
0.287::sao2(0); 0.066::sao2(1); 0.647::sao2(2) :- pvsat(1), shunt(1).
0.103::sao2(0); 0.444::sao2(1); 0.453::sao2(2) :- pvsat(2), shunt(0).
0.331::sao2(0); 0.410::sao2(1); 0.259::sao2(2) :- pvsat(2), shunt(1).
0.636::artco2(0); 0.068::artco2(1); 0.296::artco2(2) :- ventalv(0).
0.147::artco2(0); 0.537::artco2(1); 0.316::artco2(2) :- ventalv(1).
0.530::artco2(0); 0.002::artco2(1); 0.468::artco2(2) :- ventalv(2).
0.405::artco2(0); 0.221::artco2(1); 0.374::artco2(2) :- ventalv(3).
0.109::expco2(0); 0.081::expco2(1); 0.711::expco2(2); 0.099::expco2(3) :- artco2(0), ventlung(0).
0.088::expco2(0); 0.443::expco2(1); 0.182::expco2(2); 0.287::expco2(3) :- artco2(0), ventlung(1).
0.608::expco2(0); 0.020::expco2(1); 0.038::expco2(2); 0.334::expco2(3) :- artco2(0), ventlung(2).
0.319::expco2(0); 0.194::expco2(1); 0.400::expco2(2); 0.087::expco2(3) :- artco2(0), ventlung(3).
0.089::expco2(0); 0.333::expco2(1); 0.367::expco2(2); 0.211::expco2(3) :- artco2(1), ventlung(0).
0.070::expco2(0); 0.032::expco2(1); 0.229::expco2(2); 0.669::expco2(3) :- artco2(1), ventlung(1).
0.489::expco2(0); 0.011::expco2(1); 0.351::expco2(2); 0.149::expco2(3) :- artco2(1), ventlung(2).
0.559::expco2(0); 0.115::expco2(1); 0.001::expco2(2); 0.325::expco2(3) :- artco2(1), ventlung(3).
0.648::expco2(0); 0.067::expco2(1); 0.100::expco2(2); 0.185::expco2(3) :- artco2(2), ventlung(0).
0.220::expco2(0); 0.190::expco2(1); 0.292::expco2(2); 0.298::expco2(3) :- artco2(2), ventlung(1).
0.269::expco2(0); 0.578::expco2(1); 0.080::expco2(2); 0.073::expco2(3) :- artco2(2), ventlung(2).
0.142::expco2(0); 0.132::expco2(1); 0.063::expco2(2); 0.663::expco2(3) :- artco2(2), ventlung(3).
0.093::catechol(0); 0.907::catechol(1) :- artco2(0), insuffanesth(0), sao2(0), tpr(0).
0.686::catechol(0); 0.314::catechol(1) :- artco2(0), insuffanesth(0), sao2(0), tpr(1).
0.804::catechol(0); 0.196::catechol(1) :- artco2(0), insuffanesth(0), sao2(0), tpr(2).
0.715::catechol(0); 0.285::catechol(1) :- artco2(0), insuffanesth(0), sao2(1), tpr(0).
0.482::catechol(0); 0.518::catechol(1) :- artco2(0), insuffanesth(0), sao2(1), tpr(1).
0.843::catechol(0); 0.157::catechol(1) :- artco2(0), insuffanesth(0), sao2(1), tpr(2).
0.382::catechol(0); 0.618::catechol(1) :- artco2(0), insuffanesth(0), sao2(2), tpr(0).
0.294::catechol(0); 0.706::catechol(1) :- artco2(0), insuffanesth(0), sao2(2), tpr(1).
0.002::catechol(0); 0.998::catechol(1) :- artco2(0), insuffanesth(0), sao2(2), tpr(2).
0.850::catechol(0); 0.150::catechol(1) :- artco2(0), insuffanesth(1), sao2(0), tpr(0).
0.818::catechol(0); 0.182::catechol(1) :- artco2(0), insuffanesth(1), sao2(0), tpr(1).
0.958::catechol(0); 0.042::catechol(1) :- artco2(0), insuffanesth(1), sao2(0), tpr(2).
0.585::catechol(0); 0.415::catechol(1) :- artco2(0), insuffanesth(1), sao2(1), tpr(0).
0.022::catechol(0); 0.978::catechol(1) :- artco2(0), insuffanesth(1), sao2(1), tpr(1).
0.944::catechol(0); 0.056::catechol(1) :- artco2(0), insuffanesth(1), sao2(1), tpr(2).
0.670::catechol(0); 0.330::catechol(1) :- artco2(0), insuffanesth(1), sao2(2), tpr(0).
0.903::catechol(0); 0.097::catechol(1) :- artco2(0), insuffanesth(1), sao2(2), tpr(1).
0.025::catechol(0); 0.975::catechol(1) :- artco2(0), insuffanesth(1), sao2(2), tpr(2).
0.972::catechol(0); 0.028::catechol(1) :- artco2(1), insuffanesth(0), sao2(0), tpr(0).
0.103::catechol(0); 0.897::catechol(1) :- artco2(1), insuffanesth(0), sao2(0), tpr(1).
0.265::catechol(0); 0.735::catechol(1) :- artco2(1), insuffanesth(0), sao2(0), tpr(2).
0.099::catechol(0); 0.901::catechol(1) :- artco2(1), insuffanesth(0), sao2(1), tpr(0).
0.019::catechol(0); 0.981::catechol(1) :- artco2(1), insuffanesth(0), sao2(1), tpr(1).
0.267::catechol(0); 0.733::catechol(1) :- artco2(1), insuffanesth(0), sao2(1), tpr(2).
0.495::catechol(0); 0.505::catechol(1) :- artco2(1), insuffanesth(0), sao2(2), tpr(0).
0.456::catechol(0); 0.544::catechol(1) :- artco2(1), insuffanesth(0), sao2(2), tpr(1).
0.888::catechol(0); 0.112::catechol(1) :- artco2(1), insuffanesth(0), sao2(2), tpr(2).
0.217::catechol(0); 0.783::catechol(1) :- artco2(1), insuffanesth(1), sao2(0), tpr(0).
0.521::catechol(0); 0.479::catechol(1) :- artco2(1), insuffanesth(1), sao2(0), tpr(1).
0.246::catechol(0); 0.754::catechol(1) :- artco2(1), insuffanesth(1), sao2(0), tpr(2).
0.781::catechol(0); 0.219::catechol(1) :- artco2(1), insuffanesth(1), sao2(1), tpr(0).
0.102::catechol(0); 0.898::catechol(1) :- artco2(1), insuffanesth(1), sao2(1), tpr(1).
0.754::catechol(0); 0.246::catechol(1) :- artco2(1), insuffanesth(1), sao2(1), tpr(2).
0.895::catechol(0); 0.105::catechol(1) :- artco2(1), insuffanesth(1), sao2(2), tpr(0).
0.546::catechol(0); 0.454::catechol(1) :- artco2(1), insuffanesth(1), sao2(2), tpr(1).
0.903::catechol(0); 0.097::catechol(1) :- artco2(1), insuffanesth(1), sao2(2), tpr(2).
0.717::catechol(0); 0.283::catechol(1) :- artco2(2), insuffanesth(0), sao2(0), tpr(0).
0.775::catechol(0); 0.225::catechol(1) :- artco2(2), insuffanesth(0), sao2(0), tpr(1).
0.997::catechol(0); 0.003::catechol(1) :- artco2(2), insuffanesth(0), sao2(0), tpr(2).
0.938::catechol(0); 0.062::catechol(1) :- artco2(2), insuffanesth(0), sao2(1), tpr(0).
0.279::catechol(0); 0.721::catechol(1) :- artco2(2), insuffanesth(0), sao2(1), tpr(1).
0.784::catechol(0); 0.216::catechol(1) :- artco2(2), insuffanesth(0), sao2(1), tpr(2).
0.120::catechol(0); 0.880::catechol(1) :- artco2(2), insuffanesth(0), sao2(2), tpr(0).
0.481::catechol(0); 0.519::catechol(1) :- artco2(2), insuffanesth(0), sao2(2), tpr(1).
0.511::catechol(0); 0.489::catechol(1) :- artco2(2), insuffanesth(0), sao2(2), tpr(2).
0.328::catechol(0); 0.672::catechol(1) :- artco2(2), insuffanesth(1), sao2(0), tpr(0).
0.691::catechol(0); 0.309::catechol(1) :- artco2(2), insuffanesth(1), sao2(0), tpr(1).
0.993::catechol(0); 0.007::catechol(1) :- artco2(2), insuffanesth(1), sao2(0), tpr(2).
0.152::catechol(0); 0.848::catechol(1) :- artco2(2), insuffanesth(1), sao2(1), tpr(0).
0.195::catechol(0); 0.805::catechol(1) :- artco2(2), insuffanesth(1), sao2(1), tpr(1).
0.202::catechol(0); 0.798::catechol(1) :- artco2(2), insuffanesth(1), sao2(1), tpr(2).
0.027::catechol(0); 0.973::catechol(1) :- artco2(2), insuffanesth(1), sao2(2), tpr(0).
0.949::catechol(0); 0.051::catechol(1) :- artco2(2), insuffanesth(1), sao2(2), tpr(1).
0.778::catechol(0); 0.222::catechol(1) :- artco2(2), insuffanesth(1), sao2(2), tpr(2).
0.176::hr(0); 0.004::hr(1); 0.820::hr(2) :- catechol(0).
0.435::hr(0); 0.412::hr(1); 0.153::hr(2) :- catechol(1).
0.411::hrbp(0); 0.045::hrbp(1); 0.544::hrbp(2) :- errlowoutput(0), hr(0).
0.078::hrbp(0); 0.759::hrbp(1); 0.163::hrbp(2) :- errlowoutput(0), hr(1).
0.161::hrbp(0); 0.519::hrbp(1); 0.320::hrbp(2) :- errlowoutput(0), hr(2).
0.430::hrbp(0); 0.253::hrbp(1); 0.317::hrbp(2) :- errlowoutput(1), hr(0).
0.201::hrbp(0); 0.034::hrbp(1); 0.765::hrbp(2) :- errlowoutput(1), hr(1).
0.820::hrbp(0); 0.029::hrbp(1); 0.151::hrbp(2) :- errlowoutput(1), hr(2).
0.412::hrekg(0); 0.448::hrekg(1); 0.140::hrekg(2) :- errcauter(0), hr(0).
0.008::hrekg(0); 0.327::hrekg(1); 0.665::hrekg(2) :- errcauter(0), hr(1).
0.052::hrekg(0); 0.213::hrekg(1); 0.735::hrekg(2) :- errcauter(0), hr(2).
0.283::hrekg(0); 0.500::hrekg(1); 0.217::hrekg(2) :- errcauter(1), hr(0).
0.214::hrekg(0); 0.465::hrekg(1); 0.321::hrekg(2) :- errcauter(1), hr(1).
0.173::hrekg(0); 0.628::hrekg(1); 0.199::hrekg(2) :- errcauter(1), hr(2).
0.547::hrsat(0); 0.026::hrsat(1); 0.427::hrsat(2) :- errcauter(0), hr(0).
0.123::hrsat(0); 0.705::hrsat(1); 0.172::hrsat(2) :- errcauter(0), hr(1).
0.023::hrsat(0); 0.411::hrsat(1); 0.566::hrsat(2) :- errcauter(0), hr(2).
0.368::hrsat(0); 0.041::hrsat(1); 0.591::hrsat(2) :- errcauter(1), hr(0).
0.543::hrsat(0); 0.379::hrsat(1); 0.078::hrsat(2) :- errcauter(1), hr(1).
0.300::hrsat(0); 0.202::hrsat(1); 0.498::hrsat(2) :- errcauter(1), hr(2).
0.856::co(0); 0.129::co(1); 0.015::co(2) :- hr(0), strokevolume(0).
0.360::co(0); 0.596::co(1); 0.044::co(2) :- hr(0), strokevolume(1).
0.128::co(0); 0.402::co(1); 0.470::co(2) :- hr(0), strokevolume(2).
0.013::co(0); 0.976::co(1); 0.011::co(2) :- hr(1), strokevolume(0).
0.318::co(0); 0.022::co(1); 0.660::co(2) :- hr(1), strokevolume(1).
0.171::co(0); 0.006::co(1); 0.823::co(2) :- hr(1), strokevolume(2).
0.217::co(0); 0.123::co(1); 0.660::co(2) :- hr(2), strokevolume(0).
0.212::co(0); 0.024::co(1); 0.764::co(2) :- hr(2), strokevolume(1).
0.368::co(0); 0.555::co(1); 0.077::co(2) :- hr(2), strokevolume(2).
0.154::bp(0); 0.075::bp(1); 0.771::bp(2) :- co(0), tpr(0).
0.291::bp(0); 0.543::bp(1); 0.166::bp(2) :- co(0), tpr(1).
0.433::bp(0); 0.258::bp(1); 0.309::bp(2) :- co(0), tpr(2).
0.105::bp(0); 0.568::bp(1); 0.327::bp(2) :- co(1), tpr(0).
0.066::bp(0); 0.324::bp(1); 0.610::bp(2) :- co(1), tpr(1).
0.300::bp(0); 0.242::bp(1); 0.458::bp(2) :- co(1), tpr(2).
0.013::bp(0); 0.049::bp(1); 0.938::bp(2) :- co(2), tpr(0).
0.367::bp(0); 0.084::bp(1); 0.549::bp(2) :- co(2), tpr(1).
0.069::bp(0); 0.046::bp(1); 0.885::bp(2) :- co(2), tpr(2).
query(bp(_)).
query(hrbp(_)).
query(press(_)).
