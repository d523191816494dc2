import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from podium.datasets.unlv_vault import UnlvVault
from podium.errors import ManifestError
from podium.video.frames import decode


def write_scores(root: Path, n: int, difficulty: bool = True) -> None:
    scores = np.linspace(12, 15, n).reshape(-1, 1)
    savemat(root / "vault_overall_scores.mat", {"overall_scores": scores})
    if difficulty:
        savemat(root / "vault_difficulty_level.mat", {"difficulty_level": scores.T / 3})


def test_videos_are_read_in_order_of_their_numbers(tmp_path):
    write_scores(tmp_path, 11)
    (tmp_path / "vault").mkdir()
    for number in range(1, 12):
        (tmp_path / "vault" / f"{number}.avi").touch()
    vaults = UnlvVault(tmp_path).performances()
    assert [vault.id for vault in vaults] == [str(number) for number in range(1, 12)]
    assert [vault.score for vault in vaults] == pytest.approx(np.linspace(12, 15, 11))
    assert vaults[-1].difficulty == pytest.approx(5)
    assert {vault.action for vault in vaults} == {"vault"}


def test_folders_of_frames_become_videos_without_loss(tmp_path):
    write_scores(tmp_path, 2, difficulty=False)
    generator = np.random.default_rng(0)
    frames = generator.integers(0, 256, (2, 20, 24, 32, 3), dtype=np.uint8)
    for number, vault in enumerate(frames):
        folder = tmp_path / "frames" / f"{number + 1:03d}"
        folder.mkdir(parents=True)
        for place, pixels in enumerate(vault):
            Image.fromarray(pixels).save(folder / f"{place:05d}.png")
    vaults = UnlvVault(tmp_path).performances()
    assert [vault.difficulty for vault in vaults] == [None, None]
    for vault, pixels in zip(vaults, frames, strict=True):
        decoded = decode(vault.path, width=32, height=24)
        np.testing.assert_allclose(decoded.pixels.astype(int), pixels, atol=3)
    made = vaults[0].path.stat().st_mtime_ns
    assert UnlvVault(tmp_path).performances()[0].path.stat().st_mtime_ns == made


def with_types(root: Path, text: str) -> UnlvVault:
    write_scores(root, 3)
    for number in range(1, 4):
        (root / f"{number:03d}.avi").touch()
    (root / "vault_types.csv").write_text(text)
    return UnlvVault(root)


def test_types_are_read_where_they_are_given(tmp_path):
    vaults = with_types(tmp_path, "id,type\n002,twist\n001,tuck\n003, tuck \n")
    assert [vault.action for vault in vaults.performances()] == ["tuck", "twist", "tuck"]
    (tmp_path / "vault_types.csv").unlink()
    savemat(tmp_path / "vault_type.mat", {"type": [1, 3, 1]})
    assert [v.action for v in vaults.performances()] == ["type 1", "type 3", "type 1"]


def test_each_vault_needs_a_type_where_types_are_given(tmp_path):
    vaults = with_types(tmp_path, "id,type\n001,tuck\n003,tuck\n")
    message = (
        f"{tmp_path / 'vault_types.csv'}: has no type for the vault 002: each needs one, "
        "such as tuck"
    )
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        vaults.performances()


def test_every_vault_needs_a_score(tmp_path):
    write_scores(tmp_path, 3)
    (tmp_path / "001.avi").touch()
    table = tmp_path / "vault_overall_scores.mat"
    message = (
        f"{table}: has 3 scores and there are 1 vaults below {tmp_path}: there must be one score "
        "for each"
    )
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        UnlvVault(tmp_path).performances()


def test_difficulties_must_be_of_all(tmp_path):
    write_scores(tmp_path, 1, difficulty=False)
    savemat(tmp_path / "difficulty.mat", {"x": [1.0, 2.0]})
    (tmp_path / "001.avi").touch()
    message = f"{tmp_path / 'difficulty.mat'}: has 2 difficulties for 1 vaults"
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        UnlvVault(tmp_path).performances()


def test_other_mat_files_are_refused(tmp_path):
    path = tmp_path / "vault_overall_scores.mat"
    savemat(path, {"a": [1.0], "b": [2.0]})
    message = f"{path}: holds 2 arrays: it must hold one, the numbers"
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        UnlvVault(tmp_path).performances()
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ManifestError, match=rf"^{re.escape(str(path))}: is not a mat file \("):
        UnlvVault(tmp_path).performances()
