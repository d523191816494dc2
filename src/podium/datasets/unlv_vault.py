"""UNLV-Vault: 176 gymnastic vaults (Parmar and Morris, 2017), read from its published layout.

Beside one `*overall_scores.mat` (one score a vault, in order) lie the vaults themselves: `001.avi`
and so on, or a folder of pictures for each, anywhere below `root`. The type of each (tuck, free or
twist) is not part of what was published: it is read from `vault_types.csv` (columns `id` and
`type`) or from a `*type*.mat` of numbers, where there is one. Tested on a made-up copy only: the
data themselves were not at hand.
"""

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from podium.datasets._folder import not_found, root_of, rows_with
from podium.datasets._frames import PICTURES, joined, pictures_of
from podium.datasets._numbers import numbers_of
from podium.errors import ManifestError
from podium.performance import Performance

RULE = "gymnastics_vault"
"""What makes their scores: difficulty plus execution."""


TYPES = "vault_types.csv"
"""What the table of types is called: a row a vault, with its `id` and its `type`."""

UNKNOWN_TYPE = "vault"
"""The action of all vaults where nobody says of which type they are."""


class UnlvVault:
    """Gymnastic vaults with the judges' scores, as avi files or folders of frames and mat files.

    `root` holds them; without it, `unlv-vault` in the folder that `PODIUM_DATA` names. Folders of
    frames are joined to videos in the cache, once.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("unlv-vault", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every vault; its action is its type, where that is known, else `vault`.

        `difficulty` is known where a `*difficulty*.mat` gives it.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If there are not as many vaults as scores, or types, or a vault has no type.
        """
        tables = sorted(self.root.rglob("*overall_scores.mat"))
        if not tables:
            raise not_found("UNLV-Vault", self.root / "*overall_scores.mat", "unlv-vault")
        scores = numbers_of(tables[0])
        vaults = _vaults(self.root)
        if len(vaults) != len(scores):
            raise ManifestError(
                f"{tables[0]}: has {len(scores)} scores and there are {len(vaults)} vaults below "
                f"{self.root}: there must be one score for each"
            )
        difficulties = _difficulties(self.root, len(scores))
        types = _types(self.root, vaults)
        return tuple(
            Performance(
                id=path.stem,
                path=_video(path),
                score=score,
                difficulty=difficulty,
                action=type_,
                extra=MappingProxyType({"source": path.name, "rule": RULE}),
            )
            for path, score, difficulty, type_ in zip(
                vaults, scores, difficulties, types, strict=True
            )
        )


def _vaults(root: Path) -> list[Path]:
    """List the vaults by number: avi files, or folders that hold pictures."""
    videos = [path for path in root.rglob("*.avi") if path.stem.isdecimal()]
    folders = {
        path.parent
        for path in root.rglob("*")
        if path.suffix.lower() in PICTURES and path.parent.name.isdecimal()
    }
    return sorted(videos or folders, key=lambda path: int(path.stem))


def _difficulties(root: Path, n: int) -> Sequence[float | None]:
    return _numbers(root, "difficulty", "difficulties", n) or [None] * n


def _types(root: Path, vaults: Sequence[Path]) -> Sequence[str]:
    """Return the type of each vault, as words or `type 1` and so on."""
    if (table := root / TYPES).is_file():
        rows = rows_with(("id", "type"), table, "UNLV-Vault")
        known = {row.cells["id"]: row.cells["type"].strip() for row in rows}
        lacking = [path.stem for path in vaults if not known.get(path.stem)]
        if lacking:
            raise ManifestError(
                f"{table}: has no type for the vault {lacking[0]}: each needs one, such as tuck"
            )
        return [known[path.stem] for path in vaults]
    found = _numbers(root, "type", "types", len(vaults))
    return [f"type {number:g}" for number in found] or [UNKNOWN_TYPE] * len(vaults)


def _numbers(root: Path, name: str, what: str, n: int) -> list[float]:
    """Return one number for each of the vaults, or none where no file is called so."""
    tables = sorted(root.rglob(f"*{name}*.mat"))
    if not tables:
        return []
    values = numbers_of(tables[0])
    if len(values) != n:
        raise ManifestError(f"{tables[0]}: has {len(values)} {what} for {n} vaults")
    return values


def _video(path: Path) -> Path:
    """Return a vault's video; a folder of frames is joined to one first."""
    return path if path.is_file() else joined(pictures_of(path), path.name, "unlv-vault")
