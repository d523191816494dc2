"""What every data set must do."""

from typing import Any

from podium.performance import Performance
from podium.testing._broken import hold


def check_dataset(dataset: Any) -> None:
    """Check that a data set lists performances as Podium needs them: each file there, each id once.

    It is one that is there: a tiny made-up copy will do.

    Raises
    ------
    ContractBroken
        If it does not.
    """
    listed = dataset.performances()
    are_some = isinstance(listed, tuple) and bool(listed)
    hold(are_some, dataset, "performances() must give a tuple of some")
    for one in listed:
        hold(isinstance(one, Performance), dataset, f"{one!r} must be a podium.Performance")
        hold(one.path.is_file(), dataset, f"{one.path} must be a file")
        is_score = one.score is None or one.score >= 0
        hold(is_score, dataset, f"the score {one.score} of {one.id!r} must be 0 or more, or None")
    ids = [one.id for one in listed]
    are_ids = all(ids) and len(set(ids)) == len(ids)
    hold(are_ids, dataset, "each performance must have an id of its own")
    hold(dataset.performances() == listed, dataset, "must list the same when it is asked again")
