"""UNLV-Vault: 176 gymnastic vaults (Parmar and Morris, 2017), read from its published layout.

Beside one `*overall_scores.mat` (one score a vault, in order) lie the vaults themselves: `001.avi`
and so on, or a folder of pictures for each, anywhere below `root`. Tested on a made-up copy only:
the data themselves were not at hand.
"""

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from podium.datasets._folder import not_found, root_of
from podium.datasets._frames import PICTURES, joined, pictures_of
from podium.datasets._numbers import numbers_of
from podium.errors import ManifestError
from podium.performance import Performance

RULE = "gymnastics_vault"
"""What makes their scores: difficulty plus execution."""


class UnlvVault:
    """Gymnastic vaults with the judges' scores, as avi files or folders of frames and mat files.

    `root` holds them; without it, `unlv-vault` in the folder that `PODIUM_DATA` names. Folders of
    frames are joined to videos in the cache, once.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("unlv-vault", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every vault; `difficulty` where a `*difficulty*.mat` gives it.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If there are not as many vaults as scores.
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
        return tuple(
            Performance(
                id=path.stem,
                path=_video(path),
                score=score,
                difficulty=difficulty,
                action="vault",
                extra=MappingProxyType({"source": path.name, "rule": RULE}),
            )
            for path, score, difficulty in zip(vaults, scores, difficulties, strict=True)
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
    tables = sorted(root.rglob("*difficulty*.mat"))
    if not tables:
        return [None] * n
    values = numbers_of(tables[0])
    if len(values) != n:
        raise ManifestError(f"{tables[0]}: has {len(values)} difficulties for {n} vaults")
    return values


def _video(path: Path) -> Path:
    """Return a vault's video; a folder of frames is joined to one first."""
    return path if path.is_file() else joined(pictures_of(path), path.name, "unlv-vault")
