"""All that can be chosen about `siamese_lstm`, with the values that serve best as defaults."""

from dataclasses import dataclass, field, replace

from podium.checks import check_options, require
from podium.errors import UsageError
from podium.features.warping import LONG_CLIPS
from podium.metric.deviation import DeviationOptions
from podium.metric.learning import LearningOptions
from podium.metric.matching import MatchingChoice
from podium.metric.pairs import PairOptions
from podium.metric.siamese import SiameseOptions
from podium.scorers._clip_metrics import ClipMeasure, ClipMetricChoice
from podium.scorers._heads import HeadChoice
from podium.scorers._references import ReferenceChoice
from podium.scorers._target import TargetChoice


@dataclass(frozen=True)
class SiameseLSTMOptions:
    """All that the paper leaves open, and what it fixes (`paper_options` has its own values)."""

    references: ReferenceChoice = "best"
    """Which performances the others are compared with: for each action its best, or others."""

    constant_action: str = ""
    """Of which action the references are that are constant; "" is the most frequent."""

    target: TargetChoice = "auto"
    """What is learned: the score, or the execution where difficulties are known."""

    head: HeadChoice = "query_and_difference"
    """What the last layer reads: `joint_in_order` is the paper's D2; the others are in `_heads`."""

    matching: MatchingChoice = "auto"
    """Which clip of the reference each clip is compared with: as far from the end, as in the paper,
    or the one that shows the same moment.

    `auto` puts the clips of long performances in step, and chooses for them how they are scored
    (`for_performances`).
    """

    n_steps: int = 32
    """Of long performances, so many means of neighbouring clips are what the networks read."""

    clip_metric: ClipMetricChoice = "network"
    """What the similarity of a clip comes from: the paper's network, or the clips' deviation."""

    n_networks: int = 5
    """How many networks are averaged, each stopped on another part of the performances.

    With 1, a fifth of the training performances is held back to stop it.
    """

    n_components: int = 32
    """How many components of the features the networks read."""

    n_last_clips: int = 4
    """How many of the last clips are also read at full detail; 0 is none, as in the paper.

    The score is made of what the networks say and what a ridge regression on these says: what
    decides a dive, its splash, is a small part of what the networks' few components hold.
    """

    last_clips_share: float = 0.5
    """How large a share of the score those last clips give, between 0 and 1; networks the rest."""

    steadiness: float = 0.0
    """How strongly what reads the last clips is held to say the same of variants as of their own.

    0 takes variants for performances of the same score; 1 weighs all that variants differ by as
    much as all performances. Variants that show the same framed or cut otherwise then move the
    score less.
    """

    n_metric_actions: int = 0
    """How many of the most frequent actions phase one learns from: 3 of 6 in the paper, 0 is all.
    """

    learn_metric: bool = True
    """Whether phase one learns at all; without, the networks stay as chance made them."""

    scores_variants: bool = True
    """Whether what gives the score is also fitted to augmented variants, where there are any.

    They then score alike. The paper's variants are for pairs only.
    """

    clip_measure: ClipMeasure = "share"
    """What the similarity of a clip is of the network's: `sigmoid` is the paper's.

    `share` is how much less alike two clips are than each is to itself.
    """

    learning: LearningOptions = field(default_factory=LearningOptions)
    """How phase one learns."""

    pairs: PairOptions = field(default_factory=PairOptions)
    """Which pairs phase one learns from."""

    siamese: SiameseOptions = field(default_factory=SiameseOptions)
    """The sizes of the networks, and what they read."""

    deviation: DeviationOptions = field(default_factory=DeviationOptions)
    """How clips may deviate, where a head or a metric reads that."""

    def __post_init__(self) -> None:
        check_options(self, n_steps=1)
        if min(self.n_networks, self.n_components) < 1:
            raise UsageError(
                "n_networks and n_components must be 1 or more, "
                f"not {self.n_networks} and {self.n_components}"
            )
        if min(self.n_last_clips, self.n_metric_actions) < 0:
            raise UsageError(
                "n_last_clips and n_metric_actions must be 0 or more, "
                f"not {self.n_last_clips} and {self.n_metric_actions}"
            )
        require(self.steadiness >= 0, "steadiness", self.steadiness, "0 or more")
        share = self.last_clips_share
        require(0 < share < 1, "last_clips_share", share, "between 0 and 1, and neither of them")

    @property
    def in_step(self) -> bool:
        """Whether clips are put in step before they are compared."""
        return self.matching == "in_step"

    def for_performances(self, n_clips: int) -> "SiameseLSTMOptions":
        """Return what `auto` means for performances of up to so many clips.

        Where these are long, clips are put in step, and the score is made of how far each moment is
        from the reference's: no line reads the last clips, and one network is enough, for it serves
        to say which performances are alike as a whole. Of single clips it learns nothing.
        """
        if self.matching != "auto" or n_clips <= LONG_CLIPS:
            return self
        learning = replace(self.learning, clip_weight=0.0)
        return replace(
            self, matching="in_step", head="in_step", n_last_clips=0, n_networks=1,
            learning=learning,
        )  # fmt: skip

    @property
    def reads_deviation(self) -> bool:
        """Whether the head or the clips' metric reads how clips deviate."""
        return self.head == "joint_and_clips" or self.clip_metric == "deviation"
