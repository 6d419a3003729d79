% How often does it rain, and how often is the grass wet then? Learned from what was seen.
t(_)::rain.
t(_)::sprinkler.
wet :- rain.
t(0.5)::wet :- sprinkler.
