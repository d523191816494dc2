"""Published data sets that were tampered with: archives, mat files, pictures, and ids as paths."""

import re
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from hostile.confinement import mutated
from podium.benchmark.faults import read_comments
from podium.datasets import _archive, _frames
from podium.datasets.kimore import Kimore
from podium.datasets.pushups import Pushups
from podium.datasets.simulated import Simulated
from podium.datasets.unlv_vault import UnlvVault
from podium.errors import ManifestError, PodiumError, UnusableFile, UsageError
from podium.machine.files import cache_folder

KIMORE_HEADER = "id,subject,group,exercise,total_score\n"


def whole(message: str) -> str:
    return rf"^{re.escape(message)}$"


def write_kimore(root: Path, id_: str = "x", score: str = "4", **arrays: np.ndarray) -> Path:
    row = f'"{id_}",s,Expert,Es1,{score}\n'
    (root / "performances.csv").write_text(KIMORE_HEADER + row, encoding="utf-8", newline="")
    np.savez(root / "positions_15hz.npz", **(arrays or {id_: np.zeros((2, 25, 3))}))
    return root / "positions_15hz.npz"


@pytest.mark.parametrize("id_", ["../x", "/x", "a/b", "a\\b", "C:x", "..", ".", ""])
def test_an_id_is_no_way_out_of_the_folder(tmp_path, id_):
    write_kimore(tmp_path, id_ or "empty")
    table = tmp_path / "performances.csv"
    table.write_text(table.read_text("utf-8").replace("empty", ""), "utf-8")
    message = f"{table}: line 2: id {id_!r} must be a file name without folders"
    with pytest.raises(ManifestError, match=whole(message)):
        Kimore(tmp_path).performances()
    assert not list(cache_folder().rglob("*.npy"))
    assert not list(cache_folder().parent.glob("x*"))
    table.write_text(f'id,label\n"{id_}",correct\n', "utf-8")
    with pytest.raises(ManifestError, match=whole(message)):
        Pushups(tmp_path).performances()


def test_an_archive_does_not_unpack_to_more_than_is_allowed(tmp_path, monkeypatch):
    archive = write_kimore(tmp_path)
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as more:
        more.writestr("zeros.npy", bytes(20_000_000))
    assert archive.stat().st_size < 30_000
    monkeypatch.setattr(_archive, "MAX_UNPACKED_BYTES", 10_000_000)
    with pytest.raises(ManifestError) as refused:
        Kimore(tmp_path).performances()
    assert re.fullmatch(
        rf"{re.escape(str(archive))}: unpacks to 20,00\d,\d{{3}} bytes, more than the 10,000,000 "
        "allowed: is it KIMORE's\\?",
        str(refused.value),
    )


@pytest.mark.parametrize(
    "array", [np.zeros((2, 2)), np.array([[["x"]]]), np.array([None], object)],
    ids=["flat", "text", "objects"],
)  # fmt: skip
def test_what_is_no_skeleton_is_refused(tmp_path, array):
    archive = write_kimore(tmp_path, x=array)
    start = re.escape(f"{archive}: is not an archive of arrays (")
    with pytest.raises(ManifestError, match=rf"^{start}[^\n]*\): is it KIMORE's\?$"):
        Kimore(tmp_path).performances()
    assert not list(cache_folder().rglob("*.npy"))


def test_a_shape_that_lies_is_refused(tmp_path):
    archive = write_kimore(tmp_path)
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 25, 3), }\n"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("x.npy", b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header)
    message = (
        f"{archive}: is not an archive of arrays ((1000000000, 25, 3) of float64 were promised, "
        "but only 0 bytes are there): is it KIMORE's?"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        Kimore(tmp_path).performances()


def test_a_score_that_is_no_number_is_refused(tmp_path):
    write_kimore(tmp_path, score="many")
    message = f"{tmp_path / 'performances.csv'}: total_score 'many' must be a number"
    with pytest.raises(ManifestError, match=whole(message)):
        Kimore(tmp_path).performances()


def test_damaged_archives_are_read_or_refused(tmp_path):
    archive = write_kimore(tmp_path)
    content = archive.read_bytes()
    for seed in range(300):
        archive.write_bytes(mutated(content, seed))
        try:
            assert len(Kimore(tmp_path).performances()) == 1
        except PodiumError as error:
            refusal = str(error)
            assert refusal.startswith(str(tmp_path))


def test_a_number_of_very_many_digits_is_no_harm(tmp_path):
    (tmp_path / "performances.csv").write_text(f"id,label\na{'9' * 9_000},wrong\n", "utf-8")
    (found,) = Pushups(tmp_path).performances()
    assert found.extra["recording"] == f"wrong-{'9' * 17}"


@pytest.mark.parametrize("label", ["good", "x" * 1_000])
def test_a_long_label_is_cut(tmp_path, label):
    table = tmp_path / "performances.csv"
    table.write_text(f"id,label\na1,{label}\n", "utf-8")
    message = f"{table}: label {label!r:.200} of a1 must be correct or wrong"
    with pytest.raises(ManifestError, match=whole(message)):
        Pushups(tmp_path).performances()


def test_a_table_of_faults_needs_ids(tmp_path):
    table = tmp_path / "faults.csv"
    table.write_text("name,entry\na,fault\n", "utf-8")
    message = f"{table}: has no column 'id': is it a table of faults?"
    with pytest.raises(ManifestError, match=whole(message)):
        read_comments(table)


# mat files and pictures


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A folder with one vault, of pictures 001/0.png and 001/1.png."""
    savemat(tmp_path / "overall_scores.mat", {"scores": [14.5]})
    (tmp_path / "001").mkdir()
    for number in range(2):
        pixels = np.full((16, 16, 3), 100 * number, np.uint8)
        Image.fromarray(pixels).save(tmp_path / "001" / f"{number}.png")
    return tmp_path


def refuse_vault(root: Path, message: str) -> None:
    with pytest.raises(PodiumError, match=whole(message)):
        UnlvVault(root).performances()


@pytest.mark.slow
def test_a_small_mat_file_does_not_become_a_large_one(vault):
    path = vault / "overall_scores.mat"
    savemat(path, {"scores": np.zeros(60_000_000)}, do_compression=True)
    assert path.stat().st_size < 600_000
    refuse_vault(
        vault,
        f"{path}: reading it takes more than the 268,435,456 bytes of memory allowed: "
        "check the file, or give a smaller one",
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([float("nan")], "holds numbers that are not finite: each must be known"),
        (["text"], "holds 1 of <U4: it must hold numbers, at most 1,000,000"),
        ([1j], "holds 1 of complex128: it must hold numbers, at most 1,000,000"),
        (
            np.zeros(1_000_001, np.int8),
            "holds 1,000,001 of int8: it must hold numbers, at most 1,000,000",
        ),
    ],
)
def test_a_mat_file_holds_numbers(vault, values, message):
    path = vault / "overall_scores.mat"
    savemat(path, {"scores": values}, do_compression=True)
    refuse_vault(vault, f"{path}: {message}")


def png(width: int, height: int) -> bytes:
    """A picture of the smallest size on disk: one colour, all of it compressed."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    row = bytes(1 + min(width, 60_000) // 8)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\1\0\0\0\0")
        + chunk(b"IDAT", zlib.compress(row * 4_000)) + chunk(b"IEND", b"")
    )  # fmt: skip


def test_a_small_picture_does_not_become_a_large_one(vault):
    path = vault / "001" / "0.png"
    path.write_bytes(png(8_193, 4_321))
    assert path.stat().st_size < 10_000
    refuse_vault(
        vault,
        f"{path}: has 35,401,953 pixels, more than the 35,389,440 allowed: make it smaller",
    )


@pytest.mark.parametrize(
    "content",
    [
        png(60_000, 60_000), png(2**31 - 1, 2**31 - 1), b"", b"GIF89a" + bytes(99), b"%!PS\n",
        b"P6 1 1 255\n123",
    ],
    ids=["bomb", "endless", "empty", "gif", "postscript", "ppm"],
)  # fmt: skip
def test_only_pictures_of_the_kinds_named_are_opened(vault, content):
    path = vault / "001" / "0.png"
    path.write_bytes(content)
    start = re.escape(f"{path}: is not a picture that can be read (")
    with pytest.raises(ManifestError, match=rf"^{start}[^\n]*\)$"):
        UnlvVault(vault).performances()


def test_a_folder_of_too_many_pictures_is_no_vault(vault, monkeypatch):
    monkeypatch.setattr(_frames, "MAX_PICTURES", 1)
    refuse_vault(
        vault,
        f"{vault / '001'}: holds 2 pictures, more than the 1 allowed: is it one performance?",
    )


def test_a_device_among_pictures_is_not_read(vault):
    path = vault / "001" / "0.png"
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(UnusableFile, match=whole(f"{path}: is not a regular file: give a file")):
        UnlvVault(vault).performances()


def test_damaged_pictures_are_read_or_refused(vault):
    path = vault / "001" / "1.png"
    content = path.read_bytes()
    for seed in range(300):
        path.write_bytes(mutated(content, seed))
        try:
            pixels = _frames.pixels_of(path)
        except ManifestError as error:
            refusal = str(error)
            assert refusal.startswith(f"{path}: ")
        else:
            assert pixels.shape[2] == 3


@pytest.mark.parametrize("content", [b"[]", b"[" * 60_000, b"\xff", b'"x"'])
def test_a_record_of_simulated_performances_may_hold_anything(tmp_path, content):
    (tmp_path / "metadata.csv").touch()
    (tmp_path / "options.json").write_bytes(content)
    start = re.escape(f"{tmp_path} holds simulated performances with other options (")
    with pytest.raises(UsageError, match=rf"^{start}[^\n]*\): use the same options or another f"):
        Simulated(tmp_path).performances()
