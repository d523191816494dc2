"""FineDiving: 3,000 dives with their steps, in folders of frames (Xu et al., 2022).

Labels and splits are pickles, which are read without executing them. Tested on a made-up copy
only: the data themselves were not at hand.
"""

import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from podium.datasets._folder import root_of
from podium.datasets._frames import joined, pictures_in
from podium.datasets._labelled import Key, Label, read_labelled, read_splits
from podium.datasets._places import find_labels, find_places, first_file
from podium.errors import ManifestError
from podium.performance import Performance, Phase, Split

FOLDERS_OF_LABELS = ("", "Annotations", "FineDiving/Annotations")

FOR_AQA = ("fine-grained_annotation_aqa.pkl", "fine-grained_annotation_for_aqa.pkl")
"""Labels as lists: kind of dive, score, difficulty, something else, the step of each frame."""

NAMES_FOR_AQA = ("action_type", "dive_score", "difficulty", "other", "frames_labels")

COARSE = "FineDiving_coarse_annotation.pkl"
"""Labels as dictionaries, with the judges' marks."""

SPLITS: Mapping[str, Split] = {"train_split.pkl": "train", "test_split.pkl": "test"}

FOLDERS_OF_FRAMES = (
    "FineDiving",
    "FINADiving_MTL_256s",
    "datasets/FINADiving_MTL_256s",
    "Trimmed_Video_Frames/FINADiving_MTL_256s",
    "Dataset/FineDiving",
    "Trimmed_Video_Frames",
    "videos",
    "",
)


class FineDiving:
    """Dives of many competitions with their steps; frames or videos, where you keep them.

    `root` holds the labels (`fine-grained_annotation_aqa.pkl`, `FineDiving_coarse_annotation.pkl`,
    or both) and the two files of the split, there or in `Annotations`, and the frames of each dive
    (`FineDiving/FINADivingWorldCup2021_Men3m_final_r1/0/` and so on); without it, `finediving` in
    the folder that `PODIUM_DATA` names. The event is the competition with all of its rounds. Steps
    are phases, where frames say theirs. Frames are joined to videos in the cache, once.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("finediving", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every dive, with the split that is published where its files are there.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If labels are not what they must be, or dives have neither frames nor a video.
        """
        path = find_labels(
            self.root, FOLDERS_OF_LABELS, (*FOR_AQA, COARSE), "FineDiving", "finediving"
        )
        labels = _labels(self.root, path)
        splits = read_splits(self.root, FOLDERS_OF_LABELS, SPLITS)
        names = {label.id: _names(label) for label in labels.values()}
        places = find_places(self.root, FOLDERS_OF_FRAMES, names, path)
        return tuple(
            _performance(label, places[label.id], splits.get(key)) for key, label in labels.items()
        )


def _labels(root: Path, path: Path) -> dict[Key, Label]:
    """Read what is said of each dive; marks from the coarse labels, where those are there too."""
    if path.name == COARSE:
        return read_labelled(path)
    labels = read_labelled(path, NAMES_FOR_AQA)
    coarse = first_file(root, FOLDERS_OF_LABELS, (COARSE,))
    more = read_labelled(coarse) if coarse else {}
    for key, label in labels.items():
        if key in more:
            label.values.update(
                {k: v for k, v in more[key].values.items() if k not in label.values}
            )
    return labels


def _names(label: Label) -> tuple[str, ...]:
    """Say how the frames or the video of a dive may be called."""
    key = label.key
    if len(key) != 2 or not isinstance(key[1], int):
        raise ManifestError(
            f"{label.path}: the key {key!r:.99} must be a video and a dive's number in it"
        )
    return (f"{key[0]}/{key[1]}", f"{key[0]}_{key[1]}")


def _performance(label: Label, place: Path, split: Split | None) -> Performance:
    video = str(label.key[0])
    return Performance(
        id=label.id,
        path=joined(pictures_in(place), label.id, "finediving") if place.is_dir() else place,
        score=label.score,
        action=label.text("action"),
        difficulty=label.difficulty,
        judges=label.numbers("judges"),
        split=split,
        event=re.sub(r"_r?[0-9]{1,3}$", "", video),
        phases=_phases(label.numbers("frames_labels")),
        extra=MappingProxyType({"recording": video}),
    )


def _phases(steps: tuple[float, ...]) -> tuple[Phase, ...]:
    """Build phases out of the step of each frame; a step is called by its number in the set."""
    found, start = [], 0
    for step, frames in groupby(steps):
        end = start + len(list(frames))
        found.append(Phase(f"step {step:g}", start, end - 1))
        start = end
    return tuple(found)
