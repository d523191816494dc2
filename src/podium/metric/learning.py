"""Phase one: learn from pairs when two performances are alike (paper, III-A and III-C)."""

from dataclasses import dataclass, replace

from podium.checks import check_options
from podium.errors import UsageError
from podium.metric.curves import Watch, unwatched
from podium.metric.pairs import MetricData, PairOptions
from podium.metric.siamese import Siamese, SiameseOptions
from podium.metric.threshold import measure_border


@dataclass(frozen=True)
class LearningOptions:
    """How long and how fast the metric is learned, and what is learned beside the paper's loss.

    Each epoch draws new pairs. The state that was best on validation pairs is kept.
    """

    learning_rate: float = 1e-3
    """The step of Adam."""

    weight_decay: float = 1e-4
    """The penalty on large weights."""

    batch_size: int = 256
    """How many pairs each step learns from."""

    n_epochs: int = 40
    """How many epochs there are at most."""

    look_every: int = 13
    """After so many steps the loss on validation pairs is looked at, and at the end of each epoch.

    13 steps are an epoch of the paper's 3,200 pairs. Of 26,000 an epoch is 102, and a look for each
    comes too late: the state that was kept was the first of all.
    """

    patience: int = 6
    """Learning stops when the loss on validation pairs has not fallen for so many looks."""

    clip_weight: float = 2.0
    """The weight of a second loss, which the paper does not have; 0 leaves it out.

    By it an expert and another of the same action are alike if all of their clips are (`clip_loss`,
    over the trimmed sequences that feedback asks about). Without it the similarity of a single clip
    is never learned, and lies below 0.5 for nearly every clip, faulty or not.
    """

    expert_share: float = 0.2
    """The best of each action so many, as a share, are experts: at least one."""

    noise: float = 0.7
    """What is added to each component of the features, as a share of its standard deviation.

    The fewer the performances, the more it helps against learning them by heart.
    """

    false_alarms: float = 0.2
    """The share of clips below 0.5 in performances scored as an expert's.

    Allowing more of them finds more faults.
    """

    def __post_init__(self) -> None:
        check_options(self, weight_decay=0, clip_weight=0, expert_share=0, noise=0)
        least = min(self.batch_size, self.n_epochs, self.look_every, self.patience)
        if least < 1 or self.learning_rate <= 0:
            raise UsageError(
                f"{self} learns nothing: batch_size, n_epochs, look_every and patience must be 1 "
                "or more, learning_rate above 0"
            )
        if not 0 < self.false_alarms < 1:
            raise UsageError(f"false_alarms is {self.false_alarms}: it must lie between 0 and 1")


def learn_metric(
    train: MetricData,
    validation: MetricData,
    n_clips: int,
    options: LearningOptions,
    pair_options: PairOptions,
    siamese_options: SiameseOptions,
    seed: int,
    watch: Watch = unwatched,
) -> Siamese:
    """Return a Siamese network that has learned, as it was when it was best on validation.

    `watch` is told of each look at the losses.

    Raises
    ------
    TrainingError
        If no pairs can be drawn, or the loss is no number.
    """
    from podium.metric.learner import learn

    both = train, validation
    network = learn(*both, n_clips, options, pair_options, siamese_options, seed, watch)
    border = measure_border(
        network,
        train,
        validation,
        n_clips,
        pair_options.points,
        options.expert_share,
        options.false_alarms,
    )
    return network if border is None else replace(network, clip_border=border)


def random_metric(n_inputs: int, options: SiameseOptions, seed: int) -> Siamese:
    """Return a network as chance makes it, which has learned nothing."""
    from podium.metric.learner import make_network

    return make_network(n_inputs, options, seed).learned()
