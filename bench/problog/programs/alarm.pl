% A network of the shape of ALARM: 37 variables, random tables.
0.681::lvfailure(0); 0.319::lvfailure(1).
0.092::hypovolemia(0); 0.908::hypovolemia(1).
0.617::errlowoutput(0); 0.383::errlowoutput(1).
0.841::errcauter(0); 0.159::errcauter(1).
0.833::insuffanesth(0); 0.167::insuffanesth(1).
0.514::anaphylaxis(0); 0.486::anaphylaxis(1).
0.630::kinkedtube(0); 0.370::kinkedtube(1).
0.369::fio2(0); 0.631::fio2(1).
0.527::pulmembolus(0); 0.473::pulmembolus(1).
0.108::intubation(0); 0.574::intubation(1); 0.318::intubation(2).
0.600::disconnect(0); 0.400::disconnect(1).
0.282::minvolset(0); 0.096::minvolset(1); 0.622::minvolset(2).
0.735::history(0); 0.265::history(1) :- lvfailure(0).
0.443::history(0); 0.557::history(1) :- lvfailure(1).
0.958::lvedvolume(0); 0.012::lvedvolume(1); 0.030::lvedvolume(2) :- hypovolemia(0), lvfailure(0).
0.091::lvedvolume(0); 0.746::lvedvolume(1); 0.163::lvedvolume(2) :- hypovolemia(0), lvfailure(1).
0.076::lvedvolume(0); 0.213::lvedvolume(1); 0.711::lvedvolume(2) :- hypovolemia(1), lvfailure(0).
0.361::lvedvolume(0); 0.343::lvedvolume(1); 0.296::lvedvolume(2) :- hypovolemia(1), lvfailure(1).
0.562::cvp(0); 0.264::cvp(1); 0.174::cvp(2) :- lvedvolume(0).
0.572::cvp(0); 0.066::cvp(1); 0.362::cvp(2) :- lvedvolume(1).
0.034::cvp(0); 0.492::cvp(1); 0.474::cvp(2) :- lvedvolume(2).
0.213::pcwp(0); 0.204::pcwp(1); 0.583::pcwp(2) :- lvedvolume(0).
0.009::pcwp(0); 0.646::pcwp(1); 0.345::pcwp(2) :- lvedvolume(1).
0.069::pcwp(0); 0.840::pcwp(1); 0.091::pcwp(2) :- lvedvolume(2).
0.024::strokevolume(0); 0.555::strokevolume(1); 0.421::strokevolume(2) :- hypovolemia(0), lvfailure(0).
0.159::strokevolume(0); 0.193::strokevolume(1); 0.648::strokevolume(2) :- hypovolemia(0), lvfailure(1).
0.727::strokevolume(0); 0.132::strokevolume(1); 0.141::strokevolume(2) :- hypovolemia(1), lvfailure(0).
0.218::strokevolume(0); 0.677::strokevolume(1); 0.105::strokevolume(2) :- hypovolemia(1), lvfailure(1).
0.699::tpr(0); 0.019::tpr(1); 0.282::tpr(2) :- anaphylaxis(0).
0.510::tpr(0); 0.405::tpr(1); 0.085::tpr(2) :- anaphylaxis(1).
0.283::pap(0); 0.341::pap(1); 0.376::pap(2) :- pulmembolus(0).
0.481::pap(0); 0.235::pap(1); 0.284::pap(2) :- pulmembolus(1).
0.213::shunt(0); 0.787::shunt(1) :- intubation(0), pulmembolus(0).
0.617::shunt(0); 0.383::shunt(1) :- intubation(0), pulmembolus(1).
0.049::shunt(0); 0.951::shunt(1) :- intubation(1), pulmembolus(0).
0.449::shunt(0); 0.551::shunt(1) :- intubation(1), pulmembolus(1).
0.556::shunt(0); 0.444::shunt(1) :- intubation(2), pulmembolus(0).
0.003::shunt(0); 0.997::shunt(1) :- intubation(2), pulmembolus(1).
0.089::ventmach(0); 0.559::ventmach(1); 0.001::ventmach(2); 0.351::ventmach(3) :- minvolset(0).
0.030::ventmach(0); 0.311::ventmach(1); 0.657::ventmach(2); 0.002::ventmach(3) :- minvolset(1).
0.065::ventmach(0); 0.091::ventmach(1); 0.349::ventmach(2); 0.495::ventmach(3) :- minvolset(2).
0.245::venttube(0); 0.229::venttube(1); 0.056::venttube(2); 0.470::venttube(3) :- disconnect(0), ventmach(0).
0.294::venttube(0); 0.249::venttube(1); 0.033::venttube(2); 0.424::venttube(3) :- disconnect(0), ventmach(1).
0.212::venttube(0); 0.217::venttube(1); 0.265::venttube(2); 0.306::venttube(3) :- disconnect(0), ventmach(2).
0.009::venttube(0); 0.511::venttube(1); 0.395::venttube(2); 0.085::venttube(3) :- disconnect(0), ventmach(3).
0.054::venttube(0); 0.223::venttube(1); 0.286::venttube(2); 0.437::venttube(3) :- disconnect(1), ventmach(0).
0.316::venttube(0); 0.085::venttube(1); 0.352::venttube(2); 0.247::venttube(3) :- disconnect(1), ventmach(1).
0.047::venttube(0); 0.148::venttube(1); 0.770::venttube(2); 0.035::venttube(3) :- disconnect(1), ventmach(2).
0.704::venttube(0); 0.116::venttube(1); 0.076::venttube(2); 0.104::venttube(3) :- disconnect(1), ventmach(3).
0.347::press(0); 0.202::press(1); 0.151::press(2); 0.300::press(3) :- intubation(0), kinkedtube(0), venttube(0).
0.041::press(0); 0.808::press(1); 0.071::press(2); 0.080::press(3) :- intubation(0), kinkedtube(0), venttube(1).
0.197::press(0); 0.476::press(1); 0.292::press(2); 0.035::press(3) :- intubation(0), kinkedtube(0), venttube(2).
0.005::press(0); 0.262::press(1); 0.032::press(2); 0.701::press(3) :- intubation(0), kinkedtube(0), venttube(3).
0.028::press(0); 0.487::press(1); 0.076::press(2); 0.409::press(3) :- intubation(0), kinkedtube(1), venttube(0).
0.333::press(0); 0.111::press(1); 0.311::press(2); 0.245::press(3) :- intubation(0), kinkedtube(1), venttube(1).
0.618::press(0); 0.250::press(1); 0.096::press(2); 0.036::press(3) :- intubation(0), kinkedtube(1), venttube(2).
0.849::press(0); 0.010::press(1); 0.073::press(2); 0.068::press(3) :- intubation(0), kinkedtube(1), venttube(3).
0.069::press(0); 0.378::press(1); 0.039::press(2); 0.514::press(3) :- intubation(1), kinkedtube(0), venttube(0).
0.619::press(0); 0.034::press(1); 0.315::press(2); 0.032::press(3) :- intubation(1), kinkedtube(0), venttube(1).
0.087::press(0); 0.487::press(1); 0.076::press(2); 0.350::press(3) :- intubation(1), kinkedtube(0), venttube(2).
0.037::press(0); 0.007::press(1); 0.100::press(2); 0.856::press(3) :- intubation(1), kinkedtube(0), venttube(3).
0.594::press(0); 0.138::press(1); 0.208::press(2); 0.060::press(3) :- intubation(1), kinkedtube(1), venttube(0).
0.088::press(0); 0.087::press(1); 0.563::press(2); 0.262::press(3) :- intubation(1), kinkedtube(1), venttube(1).
0.676::press(0); 0.033::press(1); 0.234::press(2); 0.057::press(3) :- intubation(1), kinkedtube(1), venttube(2).
0.166::press(0); 0.067::press(1); 0.086::press(2); 0.681::press(3) :- intubation(1), kinkedtube(1), venttube(3).
0.077::press(0); 0.545::press(1); 0.322::press(2); 0.056::press(3) :- intubation(2), kinkedtube(0), venttube(0).
0.099::press(0); 0.008::press(1); 0.371::press(2); 0.522::press(3) :- intubation(2), kinkedtube(0), venttube(1).
0.003::press(0); 0.356::press(1); 0.603::press(2); 0.038::press(3) :- intubation(2), kinkedtube(0), venttube(2).
0.330::press(0); 0.319::press(1); 0.090::press(2); 0.261::press(3) :- intubation(2), kinkedtube(0), venttube(3).
0.075::press(0); 0.471::press(1); 0.235::press(2); 0.219::press(3) :- intubation(2), kinkedtube(1), venttube(0).
0.227::press(0); 0.022::press(1); 0.700::press(2); 0.051::press(3) :- intubation(2), kinkedtube(1), venttube(1).
0.058::press(0); 0.615::press(1); 0.146::press(2); 0.181::press(3) :- intubation(2), kinkedtube(1), venttube(2).
0.801::press(0); 0.031::press(1); 0.113::press(2); 0.055::press(3) :- intubation(2), kinkedtube(1), venttube(3).
0.460::ventlung(0); 0.075::ventlung(1); 0.045::ventlung(2); 0.420::ventlung(3) :- intubation(0), kinkedtube(0), venttube(0).
0.153::ventlung(0); 0.482::ventlung(1); 0.340::ventlung(2); 0.025::ventlung(3) :- intubation(0), kinkedtube(0), venttube(1).
0.246::ventlung(0); 0.204::ventlung(1); 0.044::ventlung(2); 0.506::ventlung(3) :- intubation(0), kinkedtube(0), venttube(2).
0.164::ventlung(0); 0.420::ventlung(1); 0.199::ventlung(2); 0.217::ventlung(3) :- intubation(0), kinkedtube(0), venttube(3).
0.257::ventlung(0); 0.222::ventlung(1); 0.209::ventlung(2); 0.312::ventlung(3) :- intubation(0), kinkedtube(1), venttube(0).
0.135::ventlung(0); 0.017::ventlung(1); 0.007::ventlung(2); 0.841::ventlung(3) :- intubation(0), kinkedtube(1), venttube(1).
0.571::ventlung(0); 0.077::ventlung(1); 0.198::ventlung(2); 0.154::ventlung(3) :- intubation(0), kinkedtube(1), venttube(2).
0.079::ventlung(0); 0.439::ventlung(1); 0.261::ventlung(2); 0.221::ventlung(3) :- intubation(0), kinkedtube(1), venttube(3).
0.140::ventlung(0); 0.109::ventlung(1); 0.275::ventlung(2); 0.476::ventlung(3) :- intubation(1), kinkedtube(0), venttube(0).
0.254::ventlung(0); 0.294::ventlung(1); 0.369::ventlung(2); 0.083::ventlung(3) :- intubation(1), kinkedtube(0), venttube(1).
0.243::ventlung(0); 0.041::ventlung(1); 0.206::ventlung(2); 0.510::ventlung(3) :- intubation(1), kinkedtube(0), venttube(2).
0.397::ventlung(0); 0.397::ventlung(1); 0.047::ventlung(2); 0.159::ventlung(3) :- intubation(1), kinkedtube(0), venttube(3).
0.594::ventlung(0); 0.014::ventlung(1); 0.043::ventlung(2); 0.349::ventlung(3) :- intubation(1), kinkedtube(1), venttube(0).
0.063::ventlung(0); 0.523::ventlung(1); 0.203::ventlung(2); 0.211::ventlung(3) :- intubation(1), kinkedtube(1), venttube(1).
0.224::ventlung(0); 0.272::ventlung(1); 0.117::ventlung(2); 0.387::ventlung(3) :- intubation(1), kinkedtube(1), venttube(2).
0.552::ventlung(0); 0.101::ventlung(1); 0.297::ventlung(2); 0.050::ventlung(3) :- intubation(1), kinkedtube(1), venttube(3).
0.070::ventlung(0); 0.426::ventlung(1); 0.034::ventlung(2); 0.470::ventlung(3) :- intubation(2), kinkedtube(0), venttube(0).
0.362::ventlung(0); 0.071::ventlung(1); 0.209::ventlung(2); 0.358::ventlung(3) :- intubation(2), kinkedtube(0), venttube(1).
0.144::ventlung(0); 0.105::ventlung(1); 0.599::ventlung(2); 0.152::ventlung(3) :- intubation(2), kinkedtube(0), venttube(2).
0.226::ventlung(0); 0.209::ventlung(1); 0.507::ventlung(2); 0.058::ventlung(3) :- intubation(2), kinkedtube(0), venttube(3).
0.096::ventlung(0); 0.046::ventlung(1); 0.557::ventlung(2); 0.301::ventlung(3) :- intubation(2), kinkedtube(1), venttube(0).
0.062::ventlung(0); 0.165::ventlung(1); 0.273::ventlung(2); 0.500::ventlung(3) :- intubation(2), kinkedtube(1), venttube(1).
0.114::ventlung(0); 0.749::ventlung(1); 0.021::ventlung(2); 0.116::ventlung(3) :- intubation(2), kinkedtube(1), venttube(2).
0.040::ventlung(0); 0.613::ventlung(1); 0.215::ventlung(2); 0.132::ventlung(3) :- intubation(2), kinkedtube(1), venttube(3).
0.041::minvol(0); 0.234::minvol(1); 0.552::minvol(2); 0.173::minvol(3) :- intubation(0), ventlung(0).
0.256::minvol(0); 0.242::minvol(1); 0.297::minvol(2); 0.205::minvol(3) :- intubation(0), ventlung(1).
0.347::minvol(0); 0.288::minvol(1); 0.019::minvol(2); 0.346::minvol(3) :- intubation(0), ventlung(2).
0.083::minvol(0); 0.070::minvol(1); 0.636::minvol(2); 0.211::minvol(3) :- intubation(0), ventlung(3).
0.161::minvol(0); 0.040::minvol(1); 0.114::minvol(2); 0.685::minvol(3) :- intubation(1), ventlung(0).
0.351::minvol(0); 0.104::minvol(1); 0.270::minvol(2); 0.275::minvol(3) :- intubation(1), ventlung(1).
0.771::minvol(0); 0.044::minvol(1); 0.042::minvol(2); 0.143::minvol(3) :- intubation(1), ventlung(2).
0.253::minvol(0); 0.403::minvol(1); 0.132::minvol(2); 0.212::minvol(3) :- intubation(1), ventlung(3).
0.421::minvol(0); 0.415::minvol(1); 0.059::minvol(2); 0.105::minvol(3) :- intubation(2), ventlung(0).
0.359::minvol(0); 0.311::minvol(1); 0.218::minvol(2); 0.112::minvol(3) :- intubation(2), ventlung(1).
0.065::minvol(0); 0.707::minvol(1); 0.144::minvol(2); 0.084::minvol(3) :- intubation(2), ventlung(2).
0.545::minvol(0); 0.339::minvol(1); 0.072::minvol(2); 0.044::minvol(3) :- intubation(2), ventlung(3).
0.717::ventalv(0); 0.046::ventalv(1); 0.038::ventalv(2); 0.199::ventalv(3) :- intubation(0), ventlung(0).
0.007::ventalv(0); 0.110::ventalv(1); 0.469::ventalv(2); 0.414::ventalv(3) :- intubation(0), ventlung(1).
0.173::ventalv(0); 0.333::ventalv(1); 0.196::ventalv(2); 0.298::ventalv(3) :- intubation(0), ventlung(2).
0.204::ventalv(0); 0.357::ventalv(1); 0.353::ventalv(2); 0.086::ventalv(3) :- intubation(0), ventlung(3).
0.286::ventalv(0); 0.209::ventalv(1); 0.480::ventalv(2); 0.025::ventalv(3) :- intubation(1), ventlung(0).
0.174::ventalv(0); 0.292::ventalv(1); 0.175::ventalv(2); 0.359::ventalv(3) :- intubation(1), ventlung(1).
0.158::ventalv(0); 0.291::ventalv(1); 0.068::ventalv(2); 0.483::ventalv(3) :- intubation(1), ventlung(2).
0.119::ventalv(0); 0.010::ventalv(1); 0.472::ventalv(2); 0.399::ventalv(3) :- intubation(1), ventlung(3).
0.387::ventalv(0); 0.177::ventalv(1); 0.225::ventalv(2); 0.211::ventalv(3) :- intubation(2), ventlung(0).
0.114::ventalv(0); 0.042::ventalv(1); 0.222::ventalv(2); 0.622::ventalv(3) :- intubation(2), ventlung(1).
0.239::ventalv(0); 0.491::ventalv(1); 0.236::ventalv(2); 0.034::ventalv(3) :- intubation(2), ventlung(2).
0.069::ventalv(0); 0.267::ventalv(1); 0.645::ventalv(2); 0.019::ventalv(3) :- intubation(2), ventlung(3).
0.569::pvsat(0); 0.220::pvsat(1); 0.211::pvsat(2) :- fio2(0), ventalv(0).
0.222::pvsat(0); 0.065::pvsat(1); 0.713::pvsat(2) :- fio2(0), ventalv(1).
0.316::pvsat(0); 0.282::pvsat(1); 0.402::pvsat(2) :- fio2(0), ventalv(2).
0.157::pvsat(0); 0.812::pvsat(1); 0.031::pvsat(2) :- fio2(0), ventalv(3).
0.574::pvsat(0); 0.395::pvsat(1); 0.031::pvsat(2) :- fio2(1), ventalv(0).
0.073::pvsat(0); 0.395::pvsat(1); 0.532::pvsat(2) :- fio2(1), ventalv(1).
0.078::pvsat(0); 0.635::pvsat(1); 0.287::pvsat(2) :- fio2(1), ventalv(2).
0.271::pvsat(0); 0.571::pvsat(1); 0.158::pvsat(2) :- fio2(1), ventalv(3).
0.752::sao2(0); 0.065::sao2(1); 0.183::sao2(2) :- pvsat(0), shunt(0).
0.289::sao2(0); 0.080::sao2(1); 0.631::sao2(2) :- pvsat(0), shunt(1).
0.464::sao2(0); 0.104::sao2(1); 0.432::sao2(2) :- pvsat(1), shunt(0).
0.408::sao2(0); 0.583::sao2(1); 0.009::sao2(2) :- pvsat(1), shunt(1).
0.341::sao2(0); 0.009::sao2(1); 0.650::sao2(2) :- pvsat(2), shunt(0).
0.445::sao2(0); 0.298::sao2(1); 0.257::sao2(2) :- pvsat(2), shunt(1).
0.258::artco2(0); 0.160::artco2(1); 0.582::artco2(2) :- ventalv(0).
0.117::artco2(0); 0.049::artco2(1); 0.834::artco2(2) :- ventalv(1).
0.467::artco2(0); 0.349::artco2(1); 0.184::artco2(2) :- ventalv(2).
0.452::artco2(0); 0.001::artco2(1); 0.547::artco2(2) :- ventalv(3).
0.012::expco2(0); 0.109::expco2(1); 0.062::expco2(2); 0.817::expco2(3) :- artco2(0), ventlung(0).
0.307::expco2(0); 0.285::expco2(1); 0.079::expco2(2); 0.329::expco2(3) :- artco2(0), ventlung(1).
0.320::expco2(0); 0.459::expco2(1); 0.149::expco2(2); 0.072::expco2(3) :- artco2(0), ventlung(2).
0.167::expco2(0); 0.205::expco2(1); 0.248::expco2(2); 0.380::expco2(3) :- artco2(0), ventlung(3).
0.283::expco2(0); 0.165::expco2(1); 0.150::expco2(2); 0.402::expco2(3) :- artco2(1), ventlung(0).
0.416::expco2(0); 0.407::expco2(1); 0.047::expco2(2); 0.130::expco2(3) :- artco2(1), ventlung(1).
0.384::expco2(0); 0.167::expco2(1); 0.127::expco2(2); 0.322::expco2(3) :- artco2(1), ventlung(2).
0.052::expco2(0); 0.033::expco2(1); 0.061::expco2(2); 0.854::expco2(3) :- artco2(1), ventlung(3).
0.188::expco2(0); 0.104::expco2(1); 0.127::expco2(2); 0.581::expco2(3) :- artco2(2), ventlung(0).
0.295::expco2(0); 0.046::expco2(1); 0.419::expco2(2); 0.240::expco2(3) :- artco2(2), ventlung(1).
0.564::expco2(0); 0.229::expco2(1); 0.011::expco2(2); 0.196::expco2(3) :- artco2(2), ventlung(2).
0.044::expco2(0); 0.741::expco2(1); 0.041::expco2(2); 0.174::expco2(3) :- artco2(2), ventlung(3).
0.114::catechol(0); 0.886::catechol(1) :- artco2(0), insuffanesth(0), sao2(0), tpr(0).
0.241::catechol(0); 0.759::catechol(1) :- artco2(0), insuffanesth(0), sao2(0), tpr(1).
0.454::catechol(0); 0.546::catechol(1) :- artco2(0), insuffanesth(0), sao2(0), tpr(2).
0.211::catechol(0); 0.789::catechol(1) :- artco2(0), insuffanesth(0), sao2(1), tpr(0).
0.992::catechol(0); 0.008::catechol(1) :- artco2(0), insuffanesth(0), sao2(1), tpr(1).
0.629::catechol(0); 0.371::catechol(1) :- artco2(0), insuffanesth(0), sao2(1), tpr(2).
0.570::catechol(0); 0.430::catechol(1) :- artco2(0), insuffanesth(0), sao2(2), tpr(0).
0.248::catechol(0); 0.752::catechol(1) :- artco2(0), insuffanesth(0), sao2(2), tpr(1).
0.395::catechol(0); 0.605::catechol(1) :- artco2(0), insuffanesth(0), sao2(2), tpr(2).
0.547::catechol(0); 0.453::catechol(1) :- artco2(0), insuffanesth(1), sao2(0), tpr(0).
0.773::catechol(0); 0.227::catechol(1) :- artco2(0), insuffanesth(1), sao2(0), tpr(1).
0.339::catechol(0); 0.661::catechol(1) :- artco2(0), insuffanesth(1), sao2(0), tpr(2).
0.422::catechol(0); 0.578::catechol(1) :- artco2(0), insuffanesth(1), sao2(1), tpr(0).
0.334::catechol(0); 0.666::catechol(1) :- artco2(0), insuffanesth(1), sao2(1), tpr(1).
0.487::catechol(0); 0.513::catechol(1) :- artco2(0), insuffanesth(1), sao2(1), tpr(2).
0.320::catechol(0); 0.680::catechol(1) :- artco2(0), insuffanesth(1), sao2(2), tpr(0).
0.244::catechol(0); 0.756::catechol(1) :- artco2(0), insuffanesth(1), sao2(2), tpr(1).
0.561::catechol(0); 0.439::catechol(1) :- artco2(0), insuffanesth(1), sao2(2), tpr(2).
0.903::catechol(0); 0.097::catechol(1) :- artco2(1), insuffanesth(0), sao2(0), tpr(0).
0.951::catechol(0); 0.049::catechol(1) :- artco2(1), insuffanesth(0), sao2(0), tpr(1).
0.944::catechol(0); 0.056::catechol(1) :- artco2(1), insuffanesth(0), sao2(0), tpr(2).
0.353::catechol(0); 0.647::catechol(1) :- artco2(1), insuffanesth(0), sao2(1), tpr(0).
0.952::catechol(0); 0.048::catechol(1) :- artco2(1), insuffanesth(0), sao2(1), tpr(1).
0.132::catechol(0); 0.868::catechol(1) :- artco2(1), insuffanesth(0), sao2(1), tpr(2).
0.263::catechol(0); 0.737::catechol(1) :- artco2(1), insuffanesth(0), sao2(2), tpr(0).
0.212::catechol(0); 0.788::catechol(1) :- artco2(1), insuffanesth(0), sao2(2), tpr(1).
0.623::catechol(0); 0.377::catechol(1) :- artco2(1), insuffanesth(0), sao2(2), tpr(2).
0.256::catechol(0); 0.744::catechol(1) :- artco2(1), insuffanesth(1), sao2(0), tpr(0).
0.294::catechol(0); 0.706::catechol(1) :- artco2(1), insuffanesth(1), sao2(0), tpr(1).
0.120::catechol(0); 0.880::catechol(1) :- artco2(1), insuffanesth(1), sao2(0), tpr(2).
0.694::catechol(0); 0.306::catechol(1) :- artco2(1), insuffanesth(1), sao2(1), tpr(0).
0.630::catechol(0); 0.370::catechol(1) :- artco2(1), insuffanesth(1), sao2(1), tpr(1).
0.460::catechol(0); 0.540::catechol(1) :- artco2(1), insuffanesth(1), sao2(1), tpr(2).
0.619::catechol(0); 0.381::catechol(1) :- artco2(1), insuffanesth(1), sao2(2), tpr(0).
0.870::catechol(0); 0.130::catechol(1) :- artco2(1), insuffanesth(1), sao2(2), tpr(1).
0.956::catechol(0); 0.044::catechol(1) :- artco2(1), insuffanesth(1), sao2(2), tpr(2).
0.219::catechol(0); 0.781::catechol(1) :- artco2(2), insuffanesth(0), sao2(0), tpr(0).
0.852::catechol(0); 0.148::catechol(1) :- artco2(2), insuffanesth(0), sao2(0), tpr(1).
0.619::catechol(0); 0.381::catechol(1) :- artco2(2), insuffanesth(0), sao2(0), tpr(2).
0.712::catechol(0); 0.288::catechol(1) :- artco2(2), insuffanesth(0), sao2(1), tpr(0).
0.146::catechol(0); 0.854::catechol(1) :- artco2(2), insuffanesth(0), sao2(1), tpr(1).
0.965::catechol(0); 0.035::catechol(1) :- artco2(2), insuffanesth(0), sao2(1), tpr(2).
0.372::catechol(0); 0.628::catechol(1) :- artco2(2), insuffanesth(0), sao2(2), tpr(0).
0.096::catechol(0); 0.904::catechol(1) :- artco2(2), insuffanesth(0), sao2(2), tpr(1).
0.517::catechol(0); 0.483::catechol(1) :- artco2(2), insuffanesth(0), sao2(2), tpr(2).
0.326::catechol(0); 0.674::catechol(1) :- artco2(2), insuffanesth(1), sao2(0), tpr(0).
0.725::catechol(0); 0.275::catechol(1) :- artco2(2), insuffanesth(1), sao2(0), tpr(1).
0.632::catechol(0); 0.368::catechol(1) :- artco2(2), insuffanesth(1), sao2(0), tpr(2).
0.819::catechol(0); 0.181::catechol(1) :- artco2(2), insuffanesth(1), sao2(1), tpr(0).
0.870::catechol(0); 0.130::catechol(1) :- artco2(2), insuffanesth(1), sao2(1), tpr(1).
0.785::catechol(0); 0.215::catechol(1) :- artco2(2), insuffanesth(1), sao2(1), tpr(2).
0.368::catechol(0); 0.632::catechol(1) :- artco2(2), insuffanesth(1), sao2(2), tpr(0).
0.510::catechol(0); 0.490::catechol(1) :- artco2(2), insuffanesth(1), sao2(2), tpr(1).
0.498::catechol(0); 0.502::catechol(1) :- artco2(2), insuffanesth(1), sao2(2), tpr(2).
0.610::hr(0); 0.094::hr(1); 0.296::hr(2) :- catechol(0).
0.335::hr(0); 0.252::hr(1); 0.413::hr(2) :- catechol(1).
0.386::hrbp(0); 0.104::hrbp(1); 0.510::hrbp(2) :- errlowoutput(0), hr(0).
0.789::hrbp(0); 0.166::hrbp(1); 0.045::hrbp(2) :- errlowoutput(0), hr(1).
0.356::hrbp(0); 0.322::hrbp(1); 0.322::hrbp(2) :- errlowoutput(0), hr(2).
0.263::hrbp(0); 0.712::hrbp(1); 0.025::hrbp(2) :- errlowoutput(1), hr(0).
0.837::hrbp(0); 0.110::hrbp(1); 0.053::hrbp(2) :- errlowoutput(1), hr(1).
0.547::hrbp(0); 0.338::hrbp(1); 0.115::hrbp(2) :- errlowoutput(1), hr(2).
0.500::hrekg(0); 0.241::hrekg(1); 0.259::hrekg(2) :- errcauter(0), hr(0).
0.040::hrekg(0); 0.498::hrekg(1); 0.462::hrekg(2) :- errcauter(0), hr(1).
0.377::hrekg(0); 0.605::hrekg(1); 0.018::hrekg(2) :- errcauter(0), hr(2).
0.129::hrekg(0); 0.545::hrekg(1); 0.326::hrekg(2) :- errcauter(1), hr(0).
0.376::hrekg(0); 0.286::hrekg(1); 0.338::hrekg(2) :- errcauter(1), hr(1).
0.523::hrekg(0); 0.449::hrekg(1); 0.028::hrekg(2) :- errcauter(1), hr(2).
0.328::hrsat(0); 0.361::hrsat(1); 0.311::hrsat(2) :- errcauter(0), hr(0).
0.338::hrsat(0); 0.449::hrsat(1); 0.213::hrsat(2) :- errcauter(0), hr(1).
0.505::hrsat(0); 0.119::hrsat(1); 0.376::hrsat(2) :- errcauter(0), hr(2).
0.107::hrsat(0); 0.774::hrsat(1); 0.119::hrsat(2) :- errcauter(1), hr(0).
0.356::hrsat(0); 0.534::hrsat(1); 0.110::hrsat(2) :- errcauter(1), hr(1).
0.656::hrsat(0); 0.145::hrsat(1); 0.199::hrsat(2) :- errcauter(1), hr(2).
0.625::co(0); 0.103::co(1); 0.272::co(2) :- hr(0), strokevolume(0).
0.077::co(0); 0.030::co(1); 0.893::co(2) :- hr(0), strokevolume(1).
0.729::co(0); 0.035::co(1); 0.236::co(2) :- hr(0), strokevolume(2).
0.310::co(0); 0.141::co(1); 0.549::co(2) :- hr(1), strokevolume(0).
0.872::co(0); 0.025::co(1); 0.103::co(2) :- hr(1), strokevolume(1).
0.245::co(0); 0.741::co(1); 0.014::co(2) :- hr(1), strokevolume(2).
0.354::co(0); 0.634::co(1); 0.012::co(2) :- hr(2), strokevolume(0).
0.169::co(0); 0.349::co(1); 0.482::co(2) :- hr(2), strokevolume(1).
0.200::co(0); 0.228::co(1); 0.572::co(2) :- hr(2), strokevolume(2).
0.278::bp(0); 0.363::bp(1); 0.359::bp(2) :- co(0), tpr(0).
0.419::bp(0); 0.410::bp(1); 0.171::bp(2) :- co(0), tpr(1).
0.095::bp(0); 0.883::bp(1); 0.022::bp(2) :- co(0), tpr(2).
0.678::bp(0); 0.318::bp(1); 0.004::bp(2) :- co(1), tpr(0).
0.119::bp(0); 0.100::bp(1); 0.781::bp(2) :- co(1), tpr(1).
0.243::bp(0); 0.209::bp(1); 0.548::bp(2) :- co(1), tpr(2).
0.520::bp(0); 0.344::bp(1); 0.136::bp(2) :- co(2), tpr(0).
0.004::bp(0); 0.322::bp(1); 0.674::bp(2) :- co(2), tpr(1).
0.411::bp(0); 0.214::bp(1); 0.375::bp(2) :- co(2), tpr(2).
evidence(hrbp(1)).
evidence(cvp(2)).
evidence(bp(0)).
evidence(expco2(1)).
evidence(minvol(2)).
query(hypovolemia(_)).
query(lvfailure(_)).
query(anaphylaxis(_)).
query(kinkedtube(_)).
query(pulmembolus(_)).
query(disconnect(_)).
