"""Makes values.json: what SciPy 1.17.1, statsmodels 0.15.0 and scikit-learn 1.9.1 say about a few small samples.

    pip install scipy statsmodels scikit-learn && python make.py > values.json
"""

import json
import math
import warnings

import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)
x = np.round(rng.normal(0.4, 1.0, 14), 2)
y = np.round(0.6 * x + rng.normal(0.0, 0.8, 14), 2)
tied = np.array([1, 2, 2, 3, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9], float)
other = np.array([2, 1, 2, 2, 5, 3, 4, 4, 6, 6, 9, 7, 7, 9], float)
small = x[:8]
group = y[:6]
out = {"x": x, "y": y, "tied": tied, "other": other, "small": small, "group": group}

r = stats.pearsonr(x, y)
out["pearson"] = [r.statistic, *r.confidence_interval(0.9)]
out["spearman"] = stats.spearmanr(tied, other).statistic
out["kendall"] = stats.kendalltau(tied, other).statistic

t = stats.ttest_1samp(x, 0.0)
out["mean"] = [x.mean(), *t.confidence_interval(0.95)]
welch = stats.ttest_ind(x, group, equal_var=False)
out["welch"] = [x.mean() - group.mean(), *welch.confidence_interval(0.95)]
out["above"] = stats.ttest_1samp(x, 0.1, alternative="greater").pvalue
out["tost_paired"] = ttost_paired(x, y, -0.9, 0.8)[0]
out["tost_welch"] = ttost_ind(x, group, -1.5, 1.4, usevar="unequal")[0]

p = np.array([0.01, 0.04, 0.03, 0.005, 0.2, 0.03, 0.9, 0.0007])
out["p"] = p
out["holm"] = multipletests(p, method="holm")[1]
out["benjamini_hochberg"] = multipletests(p, method="fdr_bh")[1]


def exact(data, kind, tail):
    statistic = (lambda a, axis: a.mean(axis=axis)) if len(data) == 1 else (lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis))
    test = stats.permutation_test(data, statistic, permutation_type=kind, n_resamples=np.inf, alternative=tail, vectorized=True)
    return test.pvalue


tails = ["greater", "less", "two-sided"]
out["signs"] = [exact((small,), "samples", t) for t in tails]
out["groups"] = [exact((small, group), "independent", t) for t in tails]
out["sign_test"] = [stats.binomtest(int((x > 0).sum()), int((x != 0).sum()), 0.5, alternative=t).pvalue for t in tails]

pair = lambda a, b, axis=-1: (a - b).mean(axis=axis)
out["bca_skewed"] = list(
    stats.bootstrap((tied**2,), np.mean, n_resamples=200_000, method="BCa", confidence_level=0.9, rng=1).confidence_interval
)
out["percentile_skewed"] = list(
    stats.bootstrap((tied**2,), np.mean, n_resamples=200_000, method="percentile", confidence_level=0.9, rng=1).confidence_interval
)
out["bca_groups"] = list(
    stats.bootstrap(
        (tied, group), lambda a, b, axis=-1: a.mean(axis=axis) - b.mean(axis=axis), n_resamples=200_000, method="BCa",
        confidence_level=0.9, rng=1,
    ).confidence_interval
)

scores = np.array([0.1, 0.4, 0.35, 0.8, 0.4, 0.6, 0.7, 0.4, 0.9, 0.2, 0.35, 0.65])
label = np.array([0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1])
out["scores"], out["label"] = scores, label
wins = (scores[label == 1][:, None] > scores[label == 0]) + 0.5 * (scores[label == 1][:, None] == scores[label == 0])
v10, v01 = wins.mean(axis=1), wins.mean(axis=0)
# DeLong, DeLong and Clarke-Pearson (1988): variances of the structural components.
variance = v10.var(ddof=1) / len(v10) + v01.var(ddof=1) / len(v01)
out["auroc"] = [roc_auc_score(label, scores), math.sqrt(variance)]

a, b = x, group
pooled = math.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2))
d = (a.mean() - b.mean()) / pooled
df = len(a) + len(b) - 2
j = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
# Cliff's delta is a rescaled Mann-Whitney U.
u = stats.mannwhitneyu(tied, other).statistic
out["effect"] = [d, d * j, 2 * u / (len(tied) * len(other)) - 1]


def ece(confidence, correct, edges):
    which = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, len(edges) - 2)
    gaps = [abs(correct[which == k].sum() - confidence[which == k].sum()) for k in range(len(edges) - 1)]
    return sum(gaps) / len(confidence)


confidence = np.round(rng.uniform(0.3, 1.0, 40), 3)
correct = (rng.uniform(size=40) < confidence**2).astype(int)
out["confidence"], out["correct"] = confidence, correct
order = np.argsort(confidence, kind="stable")
mass = sum(abs(correct[c].sum() - confidence[c].sum()) for c in np.array_split(order, 5)) / 40
out["calibration"] = [ece(confidence, correct, np.linspace(0, 1, 11)), mass]

print(json.dumps(out, default=lambda v: v.tolist(), indent=1))
