% 1000 uncertain facts; each answer has one proof.
0.390::seen(0).
0.140::seen(1).
0.363::seen(2).
0.587::seen(3).
0.837::seen(4).
0.459::seen(5).
0.206::seen(6).
0.440::seen(7).
0.668::seen(8).
0.511::seen(9).
0.742::seen(10).
0.297::seen(11).
0.133::seen(12).
0.625::seen(13).
0.900::seen(14).
0.889::seen(15).
0.114::seen(16).
0.875::seen(17).
0.356::seen(18).
0.482::seen(19).
0.600::seen(20).
0.126::seen(21).
0.103::seen(22).
0.612::seen(23).
0.596::seen(24).
0.245::seen(25).
0.155::seen(26).
0.645::seen(27).
0.791::seen(28).
0.469::seen(29).
0.567::seen(30).
0.656::seen(31).
0.501::seen(32).
0.119::seen(33).
0.444::seen(34).
0.292::seen(35).
0.225::seen(36).
0.479::seen(37).
0.489::seen(38).
0.368::seen(39).
0.345::seen(40).
0.494::seen(41).
0.558::seen(42).
0.463::seen(43).
0.767::seen(44).
0.709::seen(45).
0.454::seen(46).
0.716::seen(47).
0.870::seen(48).
0.352::seen(49).
0.550::seen(50).
0.491::seen(51).
0.680::seen(52).
0.559::seen(53).
0.290::seen(54).
0.740::seen(55).
0.592::seen(56).
0.649::seen(57).
0.106::seen(58).
0.661::seen(59).
0.561::seen(60).
0.247::seen(61).
0.599::seen(62).
0.769::seen(63).
0.224::seen(64).
0.426::seen(65).
0.435::seen(66).
0.430::seen(67).
0.859::seen(68).
0.422::seen(69).
0.176::seen(70).
0.548::seen(71).
0.666::seen(72).
0.691::seen(73).
0.384::seen(74).
0.730::seen(75).
0.700::seen(76).
0.390::seen(77).
0.254::seen(78).
0.716::seen(79).
0.442::seen(80).
0.748::seen(81).
0.737::seen(82).
0.750::seen(83).
0.756::seen(84).
0.342::seen(85).
0.862::seen(86).
0.600::seen(87).
0.346::seen(88).
0.673::seen(89).
0.376::seen(90).
0.191::seen(91).
0.741::seen(92).
0.844::seen(93).
0.448::seen(94).
0.629::seen(95).
0.842::seen(96).
0.569::seen(97).
0.815::seen(98).
0.896::seen(99).
0.817::seen(100).
0.813::seen(101).
0.600::seen(102).
0.788::seen(103).
0.675::seen(104).
0.252::seen(105).
0.442::seen(106).
0.330::seen(107).
0.254::seen(108).
0.158::seen(109).
0.650::seen(110).
0.113::seen(111).
0.457::seen(112).
0.432::seen(113).
0.870::seen(114).
0.540::seen(115).
0.561::seen(116).
0.491::seen(117).
0.535::seen(118).
0.402::seen(119).
0.319::seen(120).
0.532::seen(121).
0.478::seen(122).
0.374::seen(123).
0.200::seen(124).
0.225::seen(125).
0.552::seen(126).
0.455::seen(127).
0.566::seen(128).
0.178::seen(129).
0.140::seen(130).
0.659::seen(131).
0.786::seen(132).
0.352::seen(133).
0.364::seen(134).
0.840::seen(135).
0.474::seen(136).
0.186::seen(137).
0.608::seen(138).
0.182::seen(139).
0.279::seen(140).
0.488::seen(141).
0.139::seen(142).
0.681::seen(143).
0.449::seen(144).
0.840::seen(145).
0.691::seen(146).
0.631::seen(147).
0.404::seen(148).
0.684::seen(149).
0.103::seen(150).
0.400::seen(151).
0.302::seen(152).
0.118::seen(153).
0.567::seen(154).
0.544::seen(155).
0.453::seen(156).
0.306::seen(157).
0.195::seen(158).
0.509::seen(159).
0.530::seen(160).
0.856::seen(161).
0.644::seen(162).
0.454::seen(163).
0.426::seen(164).
0.465::seen(165).
0.722::seen(166).
0.324::seen(167).
0.104::seen(168).
0.614::seen(169).
0.264::seen(170).
0.245::seen(171).
0.253::seen(172).
0.485::seen(173).
0.505::seen(174).
0.144::seen(175).
0.539::seen(176).
0.524::seen(177).
0.761::seen(178).
0.745::seen(179).
0.482::seen(180).
0.383::seen(181).
0.672::seen(182).
0.400::seen(183).
0.240::seen(184).
0.133::seen(185).
0.724::seen(186).
0.849::seen(187).
0.874::seen(188).
0.285::seen(189).
0.311::seen(190).
0.558::seen(191).
0.140::seen(192).
0.164::seen(193).
0.659::seen(194).
0.616::seen(195).
0.859::seen(196).
0.335::seen(197).
0.547::seen(198).
0.562::seen(199).
0.397::seen(200).
0.228::seen(201).
0.434::seen(202).
0.356::seen(203).
0.837::seen(204).
0.148::seen(205).
0.841::seen(206).
0.354::seen(207).
0.231::seen(208).
0.566::seen(209).
0.841::seen(210).
0.700::seen(211).
0.532::seen(212).
0.539::seen(213).
0.383::seen(214).
0.526::seen(215).
0.449::seen(216).
0.297::seen(217).
0.512::seen(218).
0.763::seen(219).
0.447::seen(220).
0.555::seen(221).
0.305::seen(222).
0.489::seen(223).
0.782::seen(224).
0.313::seen(225).
0.131::seen(226).
0.470::seen(227).
0.470::seen(228).
0.177::seen(229).
0.833::seen(230).
0.336::seen(231).
0.358::seen(232).
0.201::seen(233).
0.793::seen(234).
0.677::seen(235).
0.478::seen(236).
0.551::seen(237).
0.510::seen(238).
0.735::seen(239).
0.681::seen(240).
0.729::seen(241).
0.642::seen(242).
0.565::seen(243).
0.488::seen(244).
0.472::seen(245).
0.197::seen(246).
0.719::seen(247).
0.369::seen(248).
0.480::seen(249).
0.836::seen(250).
0.676::seen(251).
0.126::seen(252).
0.214::seen(253).
0.168::seen(254).
0.305::seen(255).
0.180::seen(256).
0.522::seen(257).
0.252::seen(258).
0.661::seen(259).
0.436::seen(260).
0.159::seen(261).
0.498::seen(262).
0.886::seen(263).
0.695::seen(264).
0.306::seen(265).
0.736::seen(266).
0.407::seen(267).
0.133::seen(268).
0.153::seen(269).
0.527::seen(270).
0.789::seen(271).
0.254::seen(272).
0.779::seen(273).
0.503::seen(274).
0.255::seen(275).
0.235::seen(276).
0.626::seen(277).
0.489::seen(278).
0.854::seen(279).
0.358::seen(280).
0.473::seen(281).
0.701::seen(282).
0.866::seen(283).
0.316::seen(284).
0.244::seen(285).
0.329::seen(286).
0.736::seen(287).
0.676::seen(288).
0.512::seen(289).
0.607::seen(290).
0.464::seen(291).
0.602::seen(292).
0.736::seen(293).
0.413::seen(294).
0.856::seen(295).
0.130::seen(296).
0.243::seen(297).
0.518::seen(298).
0.218::seen(299).
0.693::seen(300).
0.153::seen(301).
0.525::seen(302).
0.442::seen(303).
0.741::seen(304).
0.554::seen(305).
0.292::seen(306).
0.124::seen(307).
0.713::seen(308).
0.716::seen(309).
0.616::seen(310).
0.328::seen(311).
0.745::seen(312).
0.205::seen(313).
0.781::seen(314).
0.620::seen(315).
0.487::seen(316).
0.539::seen(317).
0.263::seen(318).
0.814::seen(319).
0.543::seen(320).
0.341::seen(321).
0.877::seen(322).
0.752::seen(323).
0.508::seen(324).
0.194::seen(325).
0.670::seen(326).
0.783::seen(327).
0.563::seen(328).
0.232::seen(329).
0.875::seen(330).
0.480::seen(331).
0.567::seen(332).
0.739::seen(333).
0.706::seen(334).
0.517::seen(335).
0.573::seen(336).
0.726::seen(337).
0.852::seen(338).
0.634::seen(339).
0.767::seen(340).
0.563::seen(341).
0.456::seen(342).
0.567::seen(343).
0.472::seen(344).
0.829::seen(345).
0.217::seen(346).
0.521::seen(347).
0.424::seen(348).
0.344::seen(349).
0.764::seen(350).
0.423::seen(351).
0.123::seen(352).
0.391::seen(353).
0.590::seen(354).
0.745::seen(355).
0.302::seen(356).
0.277::seen(357).
0.245::seen(358).
0.408::seen(359).
0.679::seen(360).
0.563::seen(361).
0.619::seen(362).
0.232::seen(363).
0.464::seen(364).
0.526::seen(365).
0.862::seen(366).
0.495::seen(367).
0.403::seen(368).
0.592::seen(369).
0.314::seen(370).
0.520::seen(371).
0.824::seen(372).
0.532::seen(373).
0.399::seen(374).
0.460::seen(375).
0.529::seen(376).
0.667::seen(377).
0.443::seen(378).
0.630::seen(379).
0.424::seen(380).
0.493::seen(381).
0.381::seen(382).
0.248::seen(383).
0.833::seen(384).
0.306::seen(385).
0.276::seen(386).
0.415::seen(387).
0.656::seen(388).
0.334::seen(389).
0.786::seen(390).
0.362::seen(391).
0.156::seen(392).
0.865::seen(393).
0.535::seen(394).
0.857::seen(395).
0.482::seen(396).
0.432::seen(397).
0.171::seen(398).
0.379::seen(399).
0.149::seen(400).
0.403::seen(401).
0.581::seen(402).
0.822::seen(403).
0.410::seen(404).
0.339::seen(405).
0.824::seen(406).
0.640::seen(407).
0.290::seen(408).
0.520::seen(409).
0.444::seen(410).
0.214::seen(411).
0.857::seen(412).
0.411::seen(413).
0.575::seen(414).
0.116::seen(415).
0.124::seen(416).
0.824::seen(417).
0.568::seen(418).
0.881::seen(419).
0.168::seen(420).
0.885::seen(421).
0.119::seen(422).
0.479::seen(423).
0.825::seen(424).
0.131::seen(425).
0.484::seen(426).
0.258::seen(427).
0.280::seen(428).
0.614::seen(429).
0.472::seen(430).
0.222::seen(431).
0.238::seen(432).
0.105::seen(433).
0.402::seen(434).
0.469::seen(435).
0.150::seen(436).
0.227::seen(437).
0.279::seen(438).
0.801::seen(439).
0.167::seen(440).
0.576::seen(441).
0.140::seen(442).
0.728::seen(443).
0.748::seen(444).
0.261::seen(445).
0.606::seen(446).
0.310::seen(447).
0.335::seen(448).
0.205::seen(449).
0.558::seen(450).
0.775::seen(451).
0.588::seen(452).
0.637::seen(453).
0.174::seen(454).
0.621::seen(455).
0.789::seen(456).
0.309::seen(457).
0.605::seen(458).
0.147::seen(459).
0.879::seen(460).
0.317::seen(461).
0.247::seen(462).
0.735::seen(463).
0.755::seen(464).
0.622::seen(465).
0.237::seen(466).
0.368::seen(467).
0.658::seen(468).
0.369::seen(469).
0.405::seen(470).
0.775::seen(471).
0.362::seen(472).
0.509::seen(473).
0.772::seen(474).
0.729::seen(475).
0.893::seen(476).
0.482::seen(477).
0.168::seen(478).
0.863::seen(479).
0.852::seen(480).
0.154::seen(481).
0.276::seen(482).
0.668::seen(483).
0.798::seen(484).
0.757::seen(485).
0.836::seen(486).
0.386::seen(487).
0.293::seen(488).
0.792::seen(489).
0.861::seen(490).
0.200::seen(491).
0.252::seen(492).
0.137::seen(493).
0.852::seen(494).
0.547::seen(495).
0.865::seen(496).
0.783::seen(497).
0.254::seen(498).
0.475::seen(499).
0.824::seen(500).
0.623::seen(501).
0.416::seen(502).
0.247::seen(503).
0.596::seen(504).
0.239::seen(505).
0.632::seen(506).
0.267::seen(507).
0.164::seen(508).
0.293::seen(509).
0.778::seen(510).
0.115::seen(511).
0.412::seen(512).
0.172::seen(513).
0.231::seen(514).
0.586::seen(515).
0.604::seen(516).
0.378::seen(517).
0.253::seen(518).
0.799::seen(519).
0.775::seen(520).
0.876::seen(521).
0.685::seen(522).
0.899::seen(523).
0.254::seen(524).
0.550::seen(525).
0.349::seen(526).
0.686::seen(527).
0.772::seen(528).
0.354::seen(529).
0.770::seen(530).
0.125::seen(531).
0.360::seen(532).
0.278::seen(533).
0.431::seen(534).
0.698::seen(535).
0.542::seen(536).
0.492::seen(537).
0.800::seen(538).
0.247::seen(539).
0.473::seen(540).
0.326::seen(541).
0.506::seen(542).
0.756::seen(543).
0.259::seen(544).
0.345::seen(545).
0.134::seen(546).
0.735::seen(547).
0.860::seen(548).
0.281::seen(549).
0.402::seen(550).
0.654::seen(551).
0.833::seen(552).
0.851::seen(553).
0.617::seen(554).
0.260::seen(555).
0.443::seen(556).
0.792::seen(557).
0.489::seen(558).
0.587::seen(559).
0.837::seen(560).
0.860::seen(561).
0.338::seen(562).
0.621::seen(563).
0.883::seen(564).
0.589::seen(565).
0.590::seen(566).
0.702::seen(567).
0.380::seen(568).
0.516::seen(569).
0.302::seen(570).
0.415::seen(571).
0.617::seen(572).
0.593::seen(573).
0.665::seen(574).
0.548::seen(575).
0.748::seen(576).
0.497::seen(577).
0.843::seen(578).
0.864::seen(579).
0.211::seen(580).
0.489::seen(581).
0.735::seen(582).
0.431::seen(583).
0.410::seen(584).
0.270::seen(585).
0.349::seen(586).
0.738::seen(587).
0.313::seen(588).
0.416::seen(589).
0.510::seen(590).
0.359::seen(591).
0.877::seen(592).
0.240::seen(593).
0.607::seen(594).
0.895::seen(595).
0.227::seen(596).
0.805::seen(597).
0.247::seen(598).
0.521::seen(599).
0.488::seen(600).
0.860::seen(601).
0.280::seen(602).
0.720::seen(603).
0.685::seen(604).
0.855::seen(605).
0.169::seen(606).
0.537::seen(607).
0.141::seen(608).
0.332::seen(609).
0.623::seen(610).
0.564::seen(611).
0.873::seen(612).
0.857::seen(613).
0.276::seen(614).
0.137::seen(615).
0.220::seen(616).
0.101::seen(617).
0.783::seen(618).
0.842::seen(619).
0.244::seen(620).
0.344::seen(621).
0.480::seen(622).
0.284::seen(623).
0.196::seen(624).
0.676::seen(625).
0.670::seen(626).
0.438::seen(627).
0.550::seen(628).
0.788::seen(629).
0.661::seen(630).
0.165::seen(631).
0.543::seen(632).
0.506::seen(633).
0.678::seen(634).
0.723::seen(635).
0.600::seen(636).
0.402::seen(637).
0.406::seen(638).
0.747::seen(639).
0.897::seen(640).
0.109::seen(641).
0.598::seen(642).
0.268::seen(643).
0.836::seen(644).
0.372::seen(645).
0.564::seen(646).
0.829::seen(647).
0.184::seen(648).
0.897::seen(649).
0.770::seen(650).
0.336::seen(651).
0.386::seen(652).
0.770::seen(653).
0.344::seen(654).
0.432::seen(655).
0.711::seen(656).
0.515::seen(657).
0.408::seen(658).
0.331::seen(659).
0.838::seen(660).
0.310::seen(661).
0.293::seen(662).
0.740::seen(663).
0.154::seen(664).
0.740::seen(665).
0.536::seen(666).
0.203::seen(667).
0.320::seen(668).
0.303::seen(669).
0.577::seen(670).
0.226::seen(671).
0.562::seen(672).
0.226::seen(673).
0.508::seen(674).
0.895::seen(675).
0.500::seen(676).
0.850::seen(677).
0.847::seen(678).
0.684::seen(679).
0.403::seen(680).
0.481::seen(681).
0.294::seen(682).
0.125::seen(683).
0.732::seen(684).
0.175::seen(685).
0.283::seen(686).
0.281::seen(687).
0.139::seen(688).
0.548::seen(689).
0.629::seen(690).
0.844::seen(691).
0.676::seen(692).
0.421::seen(693).
0.248::seen(694).
0.566::seen(695).
0.182::seen(696).
0.873::seen(697).
0.376::seen(698).
0.433::seen(699).
0.184::seen(700).
0.161::seen(701).
0.854::seen(702).
0.346::seen(703).
0.727::seen(704).
0.651::seen(705).
0.124::seen(706).
0.244::seen(707).
0.894::seen(708).
0.509::seen(709).
0.708::seen(710).
0.524::seen(711).
0.545::seen(712).
0.398::seen(713).
0.375::seen(714).
0.108::seen(715).
0.739::seen(716).
0.707::seen(717).
0.397::seen(718).
0.332::seen(719).
0.406::seen(720).
0.243::seen(721).
0.365::seen(722).
0.498::seen(723).
0.605::seen(724).
0.676::seen(725).
0.446::seen(726).
0.298::seen(727).
0.410::seen(728).
0.648::seen(729).
0.799::seen(730).
0.138::seen(731).
0.538::seen(732).
0.690::seen(733).
0.798::seen(734).
0.595::seen(735).
0.876::seen(736).
0.173::seen(737).
0.307::seen(738).
0.395::seen(739).
0.660::seen(740).
0.392::seen(741).
0.214::seen(742).
0.379::seen(743).
0.810::seen(744).
0.300::seen(745).
0.548::seen(746).
0.300::seen(747).
0.251::seen(748).
0.605::seen(749).
0.754::seen(750).
0.167::seen(751).
0.202::seen(752).
0.841::seen(753).
0.532::seen(754).
0.786::seen(755).
0.720::seen(756).
0.701::seen(757).
0.848::seen(758).
0.158::seen(759).
0.232::seen(760).
0.438::seen(761).
0.485::seen(762).
0.750::seen(763).
0.565::seen(764).
0.589::seen(765).
0.262::seen(766).
0.473::seen(767).
0.753::seen(768).
0.344::seen(769).
0.816::seen(770).
0.734::seen(771).
0.662::seen(772).
0.568::seen(773).
0.805::seen(774).
0.173::seen(775).
0.125::seen(776).
0.402::seen(777).
0.161::seen(778).
0.865::seen(779).
0.673::seen(780).
0.483::seen(781).
0.224::seen(782).
0.151::seen(783).
0.671::seen(784).
0.490::seen(785).
0.742::seen(786).
0.237::seen(787).
0.349::seen(788).
0.886::seen(789).
0.282::seen(790).
0.595::seen(791).
0.205::seen(792).
0.306::seen(793).
0.771::seen(794).
0.806::seen(795).
0.659::seen(796).
0.173::seen(797).
0.807::seen(798).
0.364::seen(799).
0.296::seen(800).
0.629::seen(801).
0.114::seen(802).
0.196::seen(803).
0.130::seen(804).
0.205::seen(805).
0.847::seen(806).
0.803::seen(807).
0.531::seen(808).
0.729::seen(809).
0.883::seen(810).
0.295::seen(811).
0.884::seen(812).
0.411::seen(813).
0.305::seen(814).
0.747::seen(815).
0.806::seen(816).
0.549::seen(817).
0.269::seen(818).
0.429::seen(819).
0.575::seen(820).
0.244::seen(821).
0.234::seen(822).
0.171::seen(823).
0.762::seen(824).
0.651::seen(825).
0.445::seen(826).
0.183::seen(827).
0.574::seen(828).
0.357::seen(829).
0.309::seen(830).
0.890::seen(831).
0.132::seen(832).
0.676::seen(833).
0.710::seen(834).
0.386::seen(835).
0.864::seen(836).
0.420::seen(837).
0.688::seen(838).
0.177::seen(839).
0.665::seen(840).
0.421::seen(841).
0.848::seen(842).
0.381::seen(843).
0.744::seen(844).
0.589::seen(845).
0.193::seen(846).
0.890::seen(847).
0.756::seen(848).
0.612::seen(849).
0.213::seen(850).
0.679::seen(851).
0.742::seen(852).
0.440::seen(853).
0.812::seen(854).
0.497::seen(855).
0.483::seen(856).
0.632::seen(857).
0.496::seen(858).
0.310::seen(859).
0.866::seen(860).
0.330::seen(861).
0.375::seen(862).
0.808::seen(863).
0.485::seen(864).
0.361::seen(865).
0.377::seen(866).
0.294::seen(867).
0.360::seen(868).
0.534::seen(869).
0.266::seen(870).
0.575::seen(871).
0.550::seen(872).
0.242::seen(873).
0.161::seen(874).
0.692::seen(875).
0.513::seen(876).
0.159::seen(877).
0.288::seen(878).
0.190::seen(879).
0.786::seen(880).
0.216::seen(881).
0.105::seen(882).
0.758::seen(883).
0.300::seen(884).
0.596::seen(885).
0.825::seen(886).
0.106::seen(887).
0.833::seen(888).
0.205::seen(889).
0.707::seen(890).
0.368::seen(891).
0.889::seen(892).
0.230::seen(893).
0.547::seen(894).
0.153::seen(895).
0.618::seen(896).
0.176::seen(897).
0.196::seen(898).
0.773::seen(899).
0.227::seen(900).
0.194::seen(901).
0.674::seen(902).
0.525::seen(903).
0.335::seen(904).
0.150::seen(905).
0.188::seen(906).
0.503::seen(907).
0.321::seen(908).
0.409::seen(909).
0.612::seen(910).
0.174::seen(911).
0.558::seen(912).
0.514::seen(913).
0.260::seen(914).
0.284::seen(915).
0.872::seen(916).
0.785::seen(917).
0.597::seen(918).
0.892::seen(919).
0.151::seen(920).
0.841::seen(921).
0.832::seen(922).
0.612::seen(923).
0.787::seen(924).
0.142::seen(925).
0.115::seen(926).
0.888::seen(927).
0.157::seen(928).
0.720::seen(929).
0.745::seen(930).
0.348::seen(931).
0.710::seen(932).
0.670::seen(933).
0.322::seen(934).
0.291::seen(935).
0.769::seen(936).
0.576::seen(937).
0.387::seen(938).
0.282::seen(939).
0.103::seen(940).
0.726::seen(941).
0.517::seen(942).
0.697::seen(943).
0.785::seen(944).
0.387::seen(945).
0.495::seen(946).
0.790::seen(947).
0.701::seen(948).
0.645::seen(949).
0.607::seen(950).
0.287::seen(951).
0.885::seen(952).
0.620::seen(953).
0.586::seen(954).
0.647::seen(955).
0.550::seen(956).
0.248::seen(957).
0.180::seen(958).
0.714::seen(959).
0.429::seen(960).
0.569::seen(961).
0.753::seen(962).
0.722::seen(963).
0.692::seen(964).
0.359::seen(965).
0.623::seen(966).
0.318::seen(967).
0.114::seen(968).
0.112::seen(969).
0.373::seen(970).
0.607::seen(971).
0.151::seen(972).
0.741::seen(973).
0.798::seen(974).
0.359::seen(975).
0.817::seen(976).
0.532::seen(977).
0.785::seen(978).
0.389::seen(979).
0.745::seen(980).
0.544::seen(981).
0.283::seen(982).
0.119::seen(983).
0.678::seen(984).
0.239::seen(985).
0.634::seen(986).
0.141::seen(987).
0.750::seen(988).
0.587::seen(989).
0.616::seen(990).
0.608::seen(991).
0.214::seen(992).
0.490::seen(993).
0.258::seen(994).
0.809::seen(995).
0.689::seen(996).
0.463::seen(997).
0.308::seen(998).
0.331::seen(999).
kind(0, k0).
kind(1, k1).
kind(2, k2).
kind(3, k3).
kind(4, k4).
kind(5, k5).
kind(6, k6).
kind(7, k7).
kind(8, k8).
kind(9, k9).
kind(10, k0).
kind(11, k1).
kind(12, k2).
kind(13, k3).
kind(14, k4).
kind(15, k5).
kind(16, k6).
kind(17, k7).
kind(18, k8).
kind(19, k9).
kind(20, k0).
kind(21, k1).
kind(22, k2).
kind(23, k3).
kind(24, k4).
kind(25, k5).
kind(26, k6).
kind(27, k7).
kind(28, k8).
kind(29, k9).
kind(30, k0).
kind(31, k1).
kind(32, k2).
kind(33, k3).
kind(34, k4).
kind(35, k5).
kind(36, k6).
kind(37, k7).
kind(38, k8).
kind(39, k9).
kind(40, k0).
kind(41, k1).
kind(42, k2).
kind(43, k3).
kind(44, k4).
kind(45, k5).
kind(46, k6).
kind(47, k7).
kind(48, k8).
kind(49, k9).
kind(50, k0).
kind(51, k1).
kind(52, k2).
kind(53, k3).
kind(54, k4).
kind(55, k5).
kind(56, k6).
kind(57, k7).
kind(58, k8).
kind(59, k9).
kind(60, k0).
kind(61, k1).
kind(62, k2).
kind(63, k3).
kind(64, k4).
kind(65, k5).
kind(66, k6).
kind(67, k7).
kind(68, k8).
kind(69, k9).
kind(70, k0).
kind(71, k1).
kind(72, k2).
kind(73, k3).
kind(74, k4).
kind(75, k5).
kind(76, k6).
kind(77, k7).
kind(78, k8).
kind(79, k9).
kind(80, k0).
kind(81, k1).
kind(82, k2).
kind(83, k3).
kind(84, k4).
kind(85, k5).
kind(86, k6).
kind(87, k7).
kind(88, k8).
kind(89, k9).
kind(90, k0).
kind(91, k1).
kind(92, k2).
kind(93, k3).
kind(94, k4).
kind(95, k5).
kind(96, k6).
kind(97, k7).
kind(98, k8).
kind(99, k9).
kind(100, k0).
kind(101, k1).
kind(102, k2).
kind(103, k3).
kind(104, k4).
kind(105, k5).
kind(106, k6).
kind(107, k7).
kind(108, k8).
kind(109, k9).
kind(110, k0).
kind(111, k1).
kind(112, k2).
kind(113, k3).
kind(114, k4).
kind(115, k5).
kind(116, k6).
kind(117, k7).
kind(118, k8).
kind(119, k9).
kind(120, k0).
kind(121, k1).
kind(122, k2).
kind(123, k3).
kind(124, k4).
kind(125, k5).
kind(126, k6).
kind(127, k7).
kind(128, k8).
kind(129, k9).
kind(130, k0).
kind(131, k1).
kind(132, k2).
kind(133, k3).
kind(134, k4).
kind(135, k5).
kind(136, k6).
kind(137, k7).
kind(138, k8).
kind(139, k9).
kind(140, k0).
kind(141, k1).
kind(142, k2).
kind(143, k3).
kind(144, k4).
kind(145, k5).
kind(146, k6).
kind(147, k7).
kind(148, k8).
kind(149, k9).
kind(150, k0).
kind(151, k1).
kind(152, k2).
kind(153, k3).
kind(154, k4).
kind(155, k5).
kind(156, k6).
kind(157, k7).
kind(158, k8).
kind(159, k9).
kind(160, k0).
kind(161, k1).
kind(162, k2).
kind(163, k3).
kind(164, k4).
kind(165, k5).
kind(166, k6).
kind(167, k7).
kind(168, k8).
kind(169, k9).
kind(170, k0).
kind(171, k1).
kind(172, k2).
kind(173, k3).
kind(174, k4).
kind(175, k5).
kind(176, k6).
kind(177, k7).
kind(178, k8).
kind(179, k9).
kind(180, k0).
kind(181, k1).
kind(182, k2).
kind(183, k3).
kind(184, k4).
kind(185, k5).
kind(186, k6).
kind(187, k7).
kind(188, k8).
kind(189, k9).
kind(190, k0).
kind(191, k1).
kind(192, k2).
kind(193, k3).
kind(194, k4).
kind(195, k5).
kind(196, k6).
kind(197, k7).
kind(198, k8).
kind(199, k9).
kind(200, k0).
kind(201, k1).
kind(202, k2).
kind(203, k3).
kind(204, k4).
kind(205, k5).
kind(206, k6).
kind(207, k7).
kind(208, k8).
kind(209, k9).
kind(210, k0).
kind(211, k1).
kind(212, k2).
kind(213, k3).
kind(214, k4).
kind(215, k5).
kind(216, k6).
kind(217, k7).
kind(218, k8).
kind(219, k9).
kind(220, k0).
kind(221, k1).
kind(222, k2).
kind(223, k3).
kind(224, k4).
kind(225, k5).
kind(226, k6).
kind(227, k7).
kind(228, k8).
kind(229, k9).
kind(230, k0).
kind(231, k1).
kind(232, k2).
kind(233, k3).
kind(234, k4).
kind(235, k5).
kind(236, k6).
kind(237, k7).
kind(238, k8).
kind(239, k9).
kind(240, k0).
kind(241, k1).
kind(242, k2).
kind(243, k3).
kind(244, k4).
kind(245, k5).
kind(246, k6).
kind(247, k7).
kind(248, k8).
kind(249, k9).
kind(250, k0).
kind(251, k1).
kind(252, k2).
kind(253, k3).
kind(254, k4).
kind(255, k5).
kind(256, k6).
kind(257, k7).
kind(258, k8).
kind(259, k9).
kind(260, k0).
kind(261, k1).
kind(262, k2).
kind(263, k3).
kind(264, k4).
kind(265, k5).
kind(266, k6).
kind(267, k7).
kind(268, k8).
kind(269, k9).
kind(270, k0).
kind(271, k1).
kind(272, k2).
kind(273, k3).
kind(274, k4).
kind(275, k5).
kind(276, k6).
kind(277, k7).
kind(278, k8).
kind(279, k9).
kind(280, k0).
kind(281, k1).
kind(282, k2).
kind(283, k3).
kind(284, k4).
kind(285, k5).
kind(286, k6).
kind(287, k7).
kind(288, k8).
kind(289, k9).
kind(290, k0).
kind(291, k1).
kind(292, k2).
kind(293, k3).
kind(294, k4).
kind(295, k5).
kind(296, k6).
kind(297, k7).
kind(298, k8).
kind(299, k9).
kind(300, k0).
kind(301, k1).
kind(302, k2).
kind(303, k3).
kind(304, k4).
kind(305, k5).
kind(306, k6).
kind(307, k7).
kind(308, k8).
kind(309, k9).
kind(310, k0).
kind(311, k1).
kind(312, k2).
kind(313, k3).
kind(314, k4).
kind(315, k5).
kind(316, k6).
kind(317, k7).
kind(318, k8).
kind(319, k9).
kind(320, k0).
kind(321, k1).
kind(322, k2).
kind(323, k3).
kind(324, k4).
kind(325, k5).
kind(326, k6).
kind(327, k7).
kind(328, k8).
kind(329, k9).
kind(330, k0).
kind(331, k1).
kind(332, k2).
kind(333, k3).
kind(334, k4).
kind(335, k5).
kind(336, k6).
kind(337, k7).
kind(338, k8).
kind(339, k9).
kind(340, k0).
kind(341, k1).
kind(342, k2).
kind(343, k3).
kind(344, k4).
kind(345, k5).
kind(346, k6).
kind(347, k7).
kind(348, k8).
kind(349, k9).
kind(350, k0).
kind(351, k1).
kind(352, k2).
kind(353, k3).
kind(354, k4).
kind(355, k5).
kind(356, k6).
kind(357, k7).
kind(358, k8).
kind(359, k9).
kind(360, k0).
kind(361, k1).
kind(362, k2).
kind(363, k3).
kind(364, k4).
kind(365, k5).
kind(366, k6).
kind(367, k7).
kind(368, k8).
kind(369, k9).
kind(370, k0).
kind(371, k1).
kind(372, k2).
kind(373, k3).
kind(374, k4).
kind(375, k5).
kind(376, k6).
kind(377, k7).
kind(378, k8).
kind(379, k9).
kind(380, k0).
kind(381, k1).
kind(382, k2).
kind(383, k3).
kind(384, k4).
kind(385, k5).
kind(386, k6).
kind(387, k7).
kind(388, k8).
kind(389, k9).
kind(390, k0).
kind(391, k1).
kind(392, k2).
kind(393, k3).
kind(394, k4).
kind(395, k5).
kind(396, k6).
kind(397, k7).
kind(398, k8).
kind(399, k9).
kind(400, k0).
kind(401, k1).
kind(402, k2).
kind(403, k3).
kind(404, k4).
kind(405, k5).
kind(406, k6).
kind(407, k7).
kind(408, k8).
kind(409, k9).
kind(410, k0).
kind(411, k1).
kind(412, k2).
kind(413, k3).
kind(414, k4).
kind(415, k5).
kind(416, k6).
kind(417, k7).
kind(418, k8).
kind(419, k9).
kind(420, k0).
kind(421, k1).
kind(422, k2).
kind(423, k3).
kind(424, k4).
kind(425, k5).
kind(426, k6).
kind(427, k7).
kind(428, k8).
kind(429, k9).
kind(430, k0).
kind(431, k1).
kind(432, k2).
kind(433, k3).
kind(434, k4).
kind(435, k5).
kind(436, k6).
kind(437, k7).
kind(438, k8).
kind(439, k9).
kind(440, k0).
kind(441, k1).
kind(442, k2).
kind(443, k3).
kind(444, k4).
kind(445, k5).
kind(446, k6).
kind(447, k7).
kind(448, k8).
kind(449, k9).
kind(450, k0).
kind(451, k1).
kind(452, k2).
kind(453, k3).
kind(454, k4).
kind(455, k5).
kind(456, k6).
kind(457, k7).
kind(458, k8).
kind(459, k9).
kind(460, k0).
kind(461, k1).
kind(462, k2).
kind(463, k3).
kind(464, k4).
kind(465, k5).
kind(466, k6).
kind(467, k7).
kind(468, k8).
kind(469, k9).
kind(470, k0).
kind(471, k1).
kind(472, k2).
kind(473, k3).
kind(474, k4).
kind(475, k5).
kind(476, k6).
kind(477, k7).
kind(478, k8).
kind(479, k9).
kind(480, k0).
kind(481, k1).
kind(482, k2).
kind(483, k3).
kind(484, k4).
kind(485, k5).
kind(486, k6).
kind(487, k7).
kind(488, k8).
kind(489, k9).
kind(490, k0).
kind(491, k1).
kind(492, k2).
kind(493, k3).
kind(494, k4).
kind(495, k5).
kind(496, k6).
kind(497, k7).
kind(498, k8).
kind(499, k9).
kind(500, k0).
kind(501, k1).
kind(502, k2).
kind(503, k3).
kind(504, k4).
kind(505, k5).
kind(506, k6).
kind(507, k7).
kind(508, k8).
kind(509, k9).
kind(510, k0).
kind(511, k1).
kind(512, k2).
kind(513, k3).
kind(514, k4).
kind(515, k5).
kind(516, k6).
kind(517, k7).
kind(518, k8).
kind(519, k9).
kind(520, k0).
kind(521, k1).
kind(522, k2).
kind(523, k3).
kind(524, k4).
kind(525, k5).
kind(526, k6).
kind(527, k7).
kind(528, k8).
kind(529, k9).
kind(530, k0).
kind(531, k1).
kind(532, k2).
kind(533, k3).
kind(534, k4).
kind(535, k5).
kind(536, k6).
kind(537, k7).
kind(538, k8).
kind(539, k9).
kind(540, k0).
kind(541, k1).
kind(542, k2).
kind(543, k3).
kind(544, k4).
kind(545, k5).
kind(546, k6).
kind(547, k7).
kind(548, k8).
kind(549, k9).
kind(550, k0).
kind(551, k1).
kind(552, k2).
kind(553, k3).
kind(554, k4).
kind(555, k5).
kind(556, k6).
kind(557, k7).
kind(558, k8).
kind(559, k9).
kind(560, k0).
kind(561, k1).
kind(562, k2).
kind(563, k3).
kind(564, k4).
kind(565, k5).
kind(566, k6).
kind(567, k7).
kind(568, k8).
kind(569, k9).
kind(570, k0).
kind(571, k1).
kind(572, k2).
kind(573, k3).
kind(574, k4).
kind(575, k5).
kind(576, k6).
kind(577, k7).
kind(578, k8).
kind(579, k9).
kind(580, k0).
kind(581, k1).
kind(582, k2).
kind(583, k3).
kind(584, k4).
kind(585, k5).
kind(586, k6).
kind(587, k7).
kind(588, k8).
kind(589, k9).
kind(590, k0).
kind(591, k1).
kind(592, k2).
kind(593, k3).
kind(594, k4).
kind(595, k5).
kind(596, k6).
kind(597, k7).
kind(598, k8).
kind(599, k9).
kind(600, k0).
kind(601, k1).
kind(602, k2).
kind(603, k3).
kind(604, k4).
kind(605, k5).
kind(606, k6).
kind(607, k7).
kind(608, k8).
kind(609, k9).
kind(610, k0).
kind(611, k1).
kind(612, k2).
kind(613, k3).
kind(614, k4).
kind(615, k5).
kind(616, k6).
kind(617, k7).
kind(618, k8).
kind(619, k9).
kind(620, k0).
kind(621, k1).
kind(622, k2).
kind(623, k3).
kind(624, k4).
kind(625, k5).
kind(626, k6).
kind(627, k7).
kind(628, k8).
kind(629, k9).
kind(630, k0).
kind(631, k1).
kind(632, k2).
kind(633, k3).
kind(634, k4).
kind(635, k5).
kind(636, k6).
kind(637, k7).
kind(638, k8).
kind(639, k9).
kind(640, k0).
kind(641, k1).
kind(642, k2).
kind(643, k3).
kind(644, k4).
kind(645, k5).
kind(646, k6).
kind(647, k7).
kind(648, k8).
kind(649, k9).
kind(650, k0).
kind(651, k1).
kind(652, k2).
kind(653, k3).
kind(654, k4).
kind(655, k5).
kind(656, k6).
kind(657, k7).
kind(658, k8).
kind(659, k9).
kind(660, k0).
kind(661, k1).
kind(662, k2).
kind(663, k3).
kind(664, k4).
kind(665, k5).
kind(666, k6).
kind(667, k7).
kind(668, k8).
kind(669, k9).
kind(670, k0).
kind(671, k1).
kind(672, k2).
kind(673, k3).
kind(674, k4).
kind(675, k5).
kind(676, k6).
kind(677, k7).
kind(678, k8).
kind(679, k9).
kind(680, k0).
kind(681, k1).
kind(682, k2).
kind(683, k3).
kind(684, k4).
kind(685, k5).
kind(686, k6).
kind(687, k7).
kind(688, k8).
kind(689, k9).
kind(690, k0).
kind(691, k1).
kind(692, k2).
kind(693, k3).
kind(694, k4).
kind(695, k5).
kind(696, k6).
kind(697, k7).
kind(698, k8).
kind(699, k9).
kind(700, k0).
kind(701, k1).
kind(702, k2).
kind(703, k3).
kind(704, k4).
kind(705, k5).
kind(706, k6).
kind(707, k7).
kind(708, k8).
kind(709, k9).
kind(710, k0).
kind(711, k1).
kind(712, k2).
kind(713, k3).
kind(714, k4).
kind(715, k5).
kind(716, k6).
kind(717, k7).
kind(718, k8).
kind(719, k9).
kind(720, k0).
kind(721, k1).
kind(722, k2).
kind(723, k3).
kind(724, k4).
kind(725, k5).
kind(726, k6).
kind(727, k7).
kind(728, k8).
kind(729, k9).
kind(730, k0).
kind(731, k1).
kind(732, k2).
kind(733, k3).
kind(734, k4).
kind(735, k5).
kind(736, k6).
kind(737, k7).
kind(738, k8).
kind(739, k9).
kind(740, k0).
kind(741, k1).
kind(742, k2).
kind(743, k3).
kind(744, k4).
kind(745, k5).
kind(746, k6).
kind(747, k7).
kind(748, k8).
kind(749, k9).
kind(750, k0).
kind(751, k1).
kind(752, k2).
kind(753, k3).
kind(754, k4).
kind(755, k5).
kind(756, k6).
kind(757, k7).
kind(758, k8).
kind(759, k9).
kind(760, k0).
kind(761, k1).
kind(762, k2).
kind(763, k3).
kind(764, k4).
kind(765, k5).
kind(766, k6).
kind(767, k7).
kind(768, k8).
kind(769, k9).
kind(770, k0).
kind(771, k1).
kind(772, k2).
kind(773, k3).
kind(774, k4).
kind(775, k5).
kind(776, k6).
kind(777, k7).
kind(778, k8).
kind(779, k9).
kind(780, k0).
kind(781, k1).
kind(782, k2).
kind(783, k3).
kind(784, k4).
kind(785, k5).
kind(786, k6).
kind(787, k7).
kind(788, k8).
kind(789, k9).
kind(790, k0).
kind(791, k1).
kind(792, k2).
kind(793, k3).
kind(794, k4).
kind(795, k5).
kind(796, k6).
kind(797, k7).
kind(798, k8).
kind(799, k9).
kind(800, k0).
kind(801, k1).
kind(802, k2).
kind(803, k3).
kind(804, k4).
kind(805, k5).
kind(806, k6).
kind(807, k7).
kind(808, k8).
kind(809, k9).
kind(810, k0).
kind(811, k1).
kind(812, k2).
kind(813, k3).
kind(814, k4).
kind(815, k5).
kind(816, k6).
kind(817, k7).
kind(818, k8).
kind(819, k9).
kind(820, k0).
kind(821, k1).
kind(822, k2).
kind(823, k3).
kind(824, k4).
kind(825, k5).
kind(826, k6).
kind(827, k7).
kind(828, k8).
kind(829, k9).
kind(830, k0).
kind(831, k1).
kind(832, k2).
kind(833, k3).
kind(834, k4).
kind(835, k5).
kind(836, k6).
kind(837, k7).
kind(838, k8).
kind(839, k9).
kind(840, k0).
kind(841, k1).
kind(842, k2).
kind(843, k3).
kind(844, k4).
kind(845, k5).
kind(846, k6).
kind(847, k7).
kind(848, k8).
kind(849, k9).
kind(850, k0).
kind(851, k1).
kind(852, k2).
kind(853, k3).
kind(854, k4).
kind(855, k5).
kind(856, k6).
kind(857, k7).
kind(858, k8).
kind(859, k9).
kind(860, k0).
kind(861, k1).
kind(862, k2).
kind(863, k3).
kind(864, k4).
kind(865, k5).
kind(866, k6).
kind(867, k7).
kind(868, k8).
kind(869, k9).
kind(870, k0).
kind(871, k1).
kind(872, k2).
kind(873, k3).
kind(874, k4).
kind(875, k5).
kind(876, k6).
kind(877, k7).
kind(878, k8).
kind(879, k9).
kind(880, k0).
kind(881, k1).
kind(882, k2).
kind(883, k3).
kind(884, k4).
kind(885, k5).
kind(886, k6).
kind(887, k7).
kind(888, k8).
kind(889, k9).
kind(890, k0).
kind(891, k1).
kind(892, k2).
kind(893, k3).
kind(894, k4).
kind(895, k5).
kind(896, k6).
kind(897, k7).
kind(898, k8).
kind(899, k9).
kind(900, k0).
kind(901, k1).
kind(902, k2).
kind(903, k3).
kind(904, k4).
kind(905, k5).
kind(906, k6).
kind(907, k7).
kind(908, k8).
kind(909, k9).
kind(910, k0).
kind(911, k1).
kind(912, k2).
kind(913, k3).
kind(914, k4).
kind(915, k5).
kind(916, k6).
kind(917, k7).
kind(918, k8).
kind(919, k9).
kind(920, k0).
kind(921, k1).
kind(922, k2).
kind(923, k3).
kind(924, k4).
kind(925, k5).
kind(926, k6).
kind(927, k7).
kind(928, k8).
kind(929, k9).
kind(930, k0).
kind(931, k1).
kind(932, k2).
kind(933, k3).
kind(934, k4).
kind(935, k5).
kind(936, k6).
kind(937, k7).
kind(938, k8).
kind(939, k9).
kind(940, k0).
kind(941, k1).
kind(942, k2).
kind(943, k3).
kind(944, k4).
kind(945, k5).
kind(946, k6).
kind(947, k7).
kind(948, k8).
kind(949, k9).
kind(950, k0).
kind(951, k1).
kind(952, k2).
kind(953, k3).
kind(954, k4).
kind(955, k5).
kind(956, k6).
kind(957, k7).
kind(958, k8).
kind(959, k9).
kind(960, k0).
kind(961, k1).
kind(962, k2).
kind(963, k3).
kind(964, k4).
kind(965, k5).
kind(966, k6).
kind(967, k7).
kind(968, k8).
kind(969, k9).
kind(970, k0).
kind(971, k1).
kind(972, k2).
kind(973, k3).
kind(974, k4).
kind(975, k5).
kind(976, k6).
kind(977, k7).
kind(978, k8).
kind(979, k9).
kind(980, k0).
kind(981, k1).
kind(982, k2).
kind(983, k3).
kind(984, k4).
kind(985, k5).
kind(986, k6).
kind(987, k7).
kind(988, k8).
kind(989, k9).
kind(990, k0).
kind(991, k1).
kind(992, k2).
kind(993, k3).
kind(994, k4).
kind(995, k5).
kind(996, k6).
kind(997, k7).
kind(998, k8).
kind(999, k9).
found(X) :- seen(X), kind(X, k3).
query(found(_)).
