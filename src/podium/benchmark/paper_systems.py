"""The rows of the paper's tables, and the claims that stand on them.

Every learned system stands there twice, learned from the score, as in the paper, and from execution
with the difficulty given: else a comparison of two systems is one of their targets.
"""

from dataclasses import replace

from podium.benchmark.siamese_as_printed import Reading, paper_options
from podium.benchmark.system import System
from podium.scorers._pose_spectrum import PoseSpectrumOptions
from podium.scorers.approximate_entropy import ApproximateEntropyOptions
from podium.scorers.c3d_lstm import C3DLSTMOptions
from podium.scorers.c3d_svr import C3DSVROptions
from podium.scorers.clipwise_rank import ClipwiseRankOptions
from podium.scorers.frequency_skill import FrequencySkillOptions
from podium.scorers.multiscale_lstm import MultiscaleLSTMOptions
from podium.scorers.pairwise_rank import PairwiseRankOptions
from podium.scorers.rank_aware_attention import RankAwareAttentionOptions
from podium.scorers.ridge import RidgeOptions
from podium.scorers.s3d import S3DOptions
from podium.scorers.siamese_lstm import SiameseLSTMOptions

FINAL = C3DLSTMOptions(target="score")
INCREMENTAL = C3DLSTMOptions(target="score", label="incremental")
FEW, MANY = 3, 7
"""Augmented variants of each dive; with the dive itself 4 and 8 sequences."""

TYPE_1, TYPE_3 = "407", "307"
"""The actions of the paper's dives of type 1, whose expert is constant in its tables I and II, and
of type 3, all of whose experts it tries as well."""

N_ATTEMPTS = 5
"""How many times what chance has a part in is fitted on each split."""

FLOORS = (
    System("constant", "Constant (floor)", "constant", uses_chance=False),
    System("difficulty", "Difficulty alone (floor)", "difficulty", uses_chance=False),
    System("type_mean", "Mean of the type x difficulty (floor)", "type_mean", uses_chance=False),
)

OTHERS = (
    System("pose_dct", "Pose + DCT", "pose_dct", PoseSpectrumOptions("score"), "keypoints",
           uses_chance=False),
    System("pose_dft", "Pose + DFT", "pose_dft", PoseSpectrumOptions("score"), "keypoints",
           uses_chance=False),
    System("c3d_lstm_f", "C + L (F)", "c3d_lstm", FINAL),
    System("c3d_lstm_i", "C + L (I)", "c3d_lstm", INCREMENTAL),
    System("c3d_lstm_svr_f", "C + L + S (F)", "c3d_lstm_svr", FINAL),
    System("c3d_lstm_svr_i", "C + L + S (I)", "c3d_lstm_svr", INCREMENTAL),
    System("s3d", "S3D", "s3d", S3DOptions(target="score")),
    System("type_regressors", "One C + L (F) a type", "type_regressors", FINAL),
)  # fmt: skip

OURS = (
    System("siamese_best", "Ours: best performer bias per dive", "siamese_lstm",
           paper_options("best", 26_000), n_variants=MANY),
    System("siamese_worst", "Ours: worst performer bias per dive", "siamese_lstm",
           paper_options("worst", 26_000), n_variants=MANY, metric_of="siamese_best"),
    System("siamese_constant", "Ours: constant expert bias", "siamese_lstm",
           replace(paper_options("constant", 26_000), constant_action=TYPE_1), n_variants=MANY,
           metric_of="siamese_best"),
    System("siamese_constant_3", "Ours: constant, all experts of type 3", "siamese_lstm",
           replace(paper_options("constant", 26_000), constant_action=TYPE_3), n_variants=MANY,
           metric_of="siamese_best"),
    System("siamese_no_dml", "Without DML, with expert bias", "siamese_lstm",
           paper_options(learn_metric=False)),
    System("siamese_3k", "With DML + expert bias (no augmentation)", "siamese_lstm",
           paper_options(n_pairs=3_200)),
    System("siamese_14k", "With DML + expert bias (few augmented)", "siamese_lstm",
           paper_options(n_pairs=14_000), n_variants=FEW),
)  # fmt: skip

READINGS = (
    System("siamese_linear_both", "Read as linear, the mean of both orders", "siamese_lstm",
           paper_options(n_pairs=26_000, reading=Reading(is_in_order=False)), n_variants=MANY),
    System("siamese_relu", "Read with ReLU, one order", "siamese_lstm",
           paper_options(n_pairs=26_000, reading=Reading("relu")), n_variants=MANY),
    System("siamese_relu_both", "Read with ReLU, the mean of both orders", "siamese_lstm",
           paper_options(n_pairs=26_000, reading=Reading("relu", is_in_order=False)),
           n_variants=MANY),
)  # fmt: skip
"""What the equations leave to be read into them, beside what they print."""

PODIUMS = (
    System("podium", "Podium: siamese_lstm, its defaults", "siamese_lstm"),
    System("podium_no_metric", "Podium: the same, its metric not learned", "siamese_lstm",
           SiameseLSTMOptions(learn_metric=False)),
    System("ridge", "Podium: ridge on execution, no reference", "ridge", uses_chance=False),
)  # fmt: skip

RIVALS = (
    System("c3d_svr", "C3D-SVR", "c3d_svr", C3DSVROptions("score"), uses_chance=False),
    System("clipwise_rank", "Clip-wise + ranking loss", "clipwise_rank",
           ClipwiseRankOptions(target="score")),
    System("multiscale_lstm", "Self-attentive + multi-scale LSTM", "multiscale_lstm",
           MultiscaleLSTMOptions(target="score")),
    System("pairwise_rank", "Pairwise deep ranking", "pairwise_rank",
           PairwiseRankOptions(target="score")),
    System("rank_aware_attention", "Rank-aware attention", "rank_aware_attention",
           RankAwareAttentionOptions(target="score")),
    System("approximate_entropy", "Approximate entropy", "approximate_entropy",
           ApproximateEntropyOptions("score"), "keypoints", uses_chance=False),
    System("frequency_skill", "Frequency features, skill classes", "frequency_skill",
           FrequencySkillOptions("score")),
)  # fmt: skip

ON_EXECUTION = ("c3d_lstm_f", "c3d_lstm_svr_f", "s3d", "siamese_best", "c3d_svr", "clipwise_rank",
                "multiscale_lstm", "pairwise_rank", "rank_aware_attention")  # fmt: skip
"""Systems learned from the score that stand beside themselves, learned from execution."""


def on_execution(system: System) -> System:
    """Return the same system learned from execution; what is the paper's keeps its metric."""
    learned = replace(system.options, target="execution")
    metric_of = system.name if system.scorer == "siamese_lstm" else None
    name, title = f"{system.name}_execution", f"{system.title}, on execution"
    return replace(system, name=name, title=title, options=learned, metric_of=metric_of)


SCORED = (*FLOORS, *OTHERS, *OURS, *READINGS, *PODIUMS, *RIVALS)
SYSTEMS = (
    *SCORED,
    *(on_execution(system) for system in SCORED if system.name in ON_EXECUTION),
    System("podium_score", "Podium: siamese_lstm, on the score", "siamese_lstm",
           SiameseLSTMOptions(target="score"), metric_of="podium"),
    System("ridge_score", "Podium: ridge on the score, no reference", "ridge",
           RidgeOptions(target="score"), uses_chance=False),
)  # fmt: skip

TARGETS = (*((name, f"{name}_execution") for name in ON_EXECUTION), ("podium_score", "podium"),
           ("ridge_score", "ridge"))  # fmt: skip
"""Each learned system on the score and on execution, by their names."""

QUICK = ("type_mean", "c3d_lstm_f", "siamese_3k")
"""The systems of `--quick`."""

CLAIMS = (
    ("siamese_best", "c3d_lstm_f", "An expert's bias beats regression without one"),
    ("siamese_best", "type_regressors", "An expert's bias beats one regressor a type"),
    ("siamese_best", "siamese_constant", "An expert of the same type beats a constant expert"),
    ("siamese_best", "siamese_worst", "The best performer is a better bias than the worst"),
    ("siamese_best", "siamese_no_dml", "Metric learning helps the score"),
    ("siamese_best", "siamese_3k", "More pairs by augmentation help the score"),
    ("podium", "siamese_best_execution", "Podium's defaults beat the method as printed, both on "
     "execution"),
    ("podium", "type_mean", "Podium's defaults beat the mean of the type"),
    ("podium", "c3d_svr_execution", "Podium's defaults beat C3D-SVR, both on execution"),
    ("podium", "ridge", "References and metric of Podium's defaults add to a plain ridge, both on "
     "execution"),
    ("podium", "podium_no_metric", "The learned metric adds to Podium's defaults"),
)  # fmt: skip
"""Pairs of systems of which the first should be better, and the claim in words."""
