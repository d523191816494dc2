"""What the scorers with dense networks over the last clips can be told."""

from dataclasses import dataclass

from podium.checks import check_options, require
from podium.scorers._target import TargetChoice


@dataclass(frozen=True)
class DenseOptions:
    """What is read, how large the networks are, and how they are fitted."""

    target: TargetChoice = "auto"
    """What is learned: the score, or the execution where difficulties are known."""

    n_last_clips: int = 4
    """How many of the last clips are read."""

    n_components: int = 32
    """How many components of each clip's features are read."""

    n_networks: int = 5
    """How many networks are averaged, each from another start."""

    n_hidden: int = 32
    """How many units a layer has."""

    learning_rate: float = 2e-3
    """The first step of Adam."""

    weight_decay: float = 0.1
    """How strongly large weights are held back (decoupled from the gradient)."""

    batch_size: int = 32
    """How many performances each step learns from."""

    n_epochs: int = 60
    """How many times each performance is learned from."""

    dropout: float = 0.3
    """Which share of what a network reads is left out by chance at each step of learning."""

    def __post_init__(self) -> None:
        check_options(
            self,
            n_last_clips=1,
            n_components=1,
            n_networks=1,
            n_hidden=1,
            weight_decay=0,
            batch_size=1,
            n_epochs=1,
        )
        require(self.learning_rate > 0, "learning_rate", self.learning_rate, "above 0")
        require(0 <= self.dropout < 1, "dropout", self.dropout, "from 0 to below 1")
