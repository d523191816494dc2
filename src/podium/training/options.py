"""What is trained, on what, and whom to tell how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from podium.checks import check_options
from podium.training.kept import Kept
from podium.video.augmentation import AugmentationOptions
from podium.video.clips import ClipOptions


@dataclass(frozen=True)
class TrainingOptions:
    """What is trained, on what features, with which seed."""

    scorer: str = "siamese_lstm"
    """The scorer, by name."""

    backbone: str = "motion"
    """The backbone, by name."""

    seed: int = 0
    """Of whatever is drawn."""

    scorer_options: Any = None
    """The options value of the scorer, `None` for its defaults."""

    augmentation: AugmentationOptions = field(
        default_factory=lambda: AugmentationOptions(n_variants=0)
    )
    """Which changed copies of the videos are learned from, too."""

    clips: ClipOptions = field(default_factory=ClipOptions)
    """How videos are cut into clips."""

    group: str | None = None
    """The column that says which performances are never parted (`podium.folds`), such as "athlete";
    `None` for the finest that is there."""

    event: str = ""
    """The phase of the performances at whose beginning their clips are aligned
    (`podium.features.event`), "" for the ends of the videos."""

    after_event: int = 24
    """So many frames after the event the last clip ends."""

    kept: Kept | None = None
    """What is gone on from: the metric of a model, which stays as it is; `None` learns all."""

    references: str | None = None
    """Which performances those of such a model are compared with; `None`: as before."""

    n_tries: int = 0
    """How many options were tried on the same performances before these were chosen; 0 for none."""

    description: str = "performances from a table of the user's own"
    """Where the data came from, for the model card."""

    def __post_init__(self) -> None:
        check_options(self, seed=0, after_event=0, n_tries=0)


@dataclass(frozen=True)
class Progress:
    """Whom to tell how far training is: the stage in words, steps done and steps in all."""

    report: Callable[[str, int, int], None] = lambda stage, done, total: None

    def counting(self, stage: str, total: int) -> Callable[[], None]:
        """Return what is to be called after each step of a stage."""
        done = count(1)
        return lambda: self.report(stage, next(done), total)
