"""MTL-AQA: 1,412 dives of 16 competitions, with their judges' marks (Parmar and Morris, 2019).

Read as it is published and as later work keeps it: labels and splits as pickles, which are read
without executing them, and each competition as a folder of frames or a video, or each dive as a
folder of its own. Tested on a made-up copy only: the data themselves were not at hand.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from podium.datasets._folder import root_of
from podium.datasets._frames import joined, pictures_of
from podium.datasets._labelled import Key, Label, read_labelled, read_splits
from podium.datasets._places import find_labels, find_places
from podium.errors import ManifestError
from podium.performance import Performance, Split

Pictures = Callable[[Path], Sequence[Path]]
"""Lists the pictures of a folder."""

LABELS = (
    "final_annotations_dict_with_dive_number.pkl",
    "final_annotations_dict_with_dive_number",
    "final_annotations_dict.pkl",
)

SPLITS: Mapping[str, Split] = {"train_split_0.pkl": "train", "test_split_0.pkl": "test"}

FOLDERS_OF_LABELS = ("", "info", "MTL-AQA_split_0_data", "Ready_2_Use/MTL-AQA_split_0_data")

FOLDERS_OF_FRAMES = (
    "new/new_total_frames_256s",
    "new/new_total_frames",
    "new",
    "frames_long",
    "frames",
    "whole_videos_frames",
    "videos",
    "",
)

PARTS_OF_AN_ACTION = ("armstand", "rotation_type", "ss_no", "tw_no", "position")
"""What a dive is, where its number is not given."""


class MtlAqa:
    """Platform and springboard dives with marks; frames or videos, from where you keep them.

    `root` holds `final_annotations_dict_with_dive_number.pkl` and the two files of its split,
    there or in `info`, and the frames (`new/new_total_frames/01/` and so on); without it, `mtl_aqa`
    in the folder that `PODIUM_DATA` names. The event is the competition, which no fold parts.
    Frames of a dive are joined to a video in the cache, once.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("mtl_aqa", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every dive, with the split that is published where its files are there.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If labels are not what they must be, or dives have neither frames nor a video.
        """
        path = find_labels(self.root, FOLDERS_OF_LABELS, LABELS, "MTL-AQA", "mtl_aqa")
        labels = read_labelled(path)
        splits = read_splits(self.root, FOLDERS_OF_LABELS, SPLITS)
        names = {key: _names(key, path) for key in labels}
        places = find_places(
            self.root, FOLDERS_OF_FRAMES, {called[0]: called for called in names.values()}, path
        )
        pictures = cache(pictures_of)
        return tuple(
            _performance(label, places[names[key][0]], splits.get(key), pictures)
            for key, label in labels.items()
        )


def _names(key: Key, path: Path) -> tuple[str, ...]:
    """Return how the frames or the video of a dive may be called: its own, or its competition's."""
    if len(key) != 2 or not all(isinstance(part, int) for part in key):
        raise ManifestError(
            f"{path}: the key {key!r:.99} must be a competition and a dive's number"
        )
    competition, dive = (f"{part:02d}" for part in key)
    return (f"{competition}_{dive}", f"{key[0]}_{key[1]}", competition, f"{key[0]}")


def _performance(label: Label, place: Path, split: Split | None, pictures: Pictures) -> Performance:
    names = _names(label.key, label.path)
    is_whole = place.stem in names[2:]
    start, end = _frames(label) if is_whole else (None, None)
    if place.is_dir():
        place = joined(_chosen(label, place, (start, end), pictures), names[0], "mtl_aqa")
        start = end = None
    return Performance(
        id=names[0],
        path=place,
        score=label.score,
        action=_action(label),
        difficulty=label.difficulty,
        judges=label.numbers("judges"),
        split=split,
        start_frame=start,
        end_frame=end,
        event=f"{label.key[0]:02d}",
        extra=MappingProxyType({"dive_number": label.text("dive_number") or ""}),
    )


def _frames(label: Label) -> tuple[int, int]:
    start, end = label.frame("start_frame"), label.frame("end_frame")
    if start is None or end is None or end < start:
        raise ManifestError(
            f"{label.path}: {label.id} has frames from {start} to {end}: both must be known, and "
            "in order"
        )
    return start, end


def _chosen(
    label: Label, folder: Path, part: tuple[int | None, int | None], pictures: Pictures
) -> Sequence[Path]:
    """Return the frames of a dive; those of a competition are counted from 0."""
    start, end = part
    listed = pictures(folder)
    chosen = listed if start is None or end is None else listed[start : end + 1]
    if not chosen:
        raise ManifestError(
            f"{label.path}: {label.id} begins with frame {start or 0}, and {folder} has "
            f"{len(listed):,}"
        )
    return chosen


def _action(label: Label) -> str | None:
    """Return the number of a dive without its position; else its parts, as the set has them."""
    number = label.text("dive_number") or label.text("action")
    if number:
        return number[:-1] if number[-1:].isalpha() and number[:-1].isdecimal() else number
    parts = [label.text(part) for part in PARTS_OF_AN_ACTION]
    return "-".join(part or "" for part in parts) if any(parts) else None
