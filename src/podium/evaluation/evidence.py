"""What is known of how well a model does: the figures of its card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """What is known of how well a model does, and of what it was trained on.

    Results map each row of the card's table ("siamese_lstm", "constant" ...) to its measures.
    """

    data: str
    """Where the performances came from."""

    n_train: int
    """From how many of them it learned."""

    seed: int
    """Of whatever was drawn."""

    results: Mapping[str, Mapping[str, Any]]
    """From performances that were left out of the fit at random."""

    left_out: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """From performances that were left out with all of their group; empty where none is known."""

    grouped_by: str = ""
    """What the groups are: "athlete", "event" or another column; "" where none is known."""

    groups: tuple[Mapping[str, Any], ...] = ()
    """The measures of each group that was left out; of very many, of the largest."""

    n_groups: int = 0
    """How many groups were left out; 0 in models that do not say, which list all of them."""

    n_validation: int = 0
    """How many performances were marked `validation`: they may say when to stop, no more."""

    copies: tuple[tuple[str, ...], ...] = ()
    """The performances that are copies of one another, and so were kept together, by id.

    Of very many, some.
    """

    n_tries: int = 0
    """How many options were tried on these performances, of which the best were taken."""

    def rank_correlation(self, scorer: str) -> tuple[float | None, int]:
        """Return that of a scorer where it is hardest, if it is known, and on how many."""
        row = self.hardest.get(scorer, {})
        found = row.get("spearman")
        return (float(found) if isinstance(found, (int, float)) else None), int(row.get("n") or 0)

    @property
    def hardest(self) -> Mapping[str, Mapping[str, Any]]:
        """The results that say most of new performances: of groups left out, where there are."""
        return self.left_out or self.results
