"""A folder with people's own files, given to `podium serve`: nothing of theirs is lost."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from podium.cli.commands import run
from podium.web.home import Home, UnusableFolder, clear
from podium.web.store import Store
from podium.web.worker import locate

from .storing import asked, contents, done, keep, opened, rng

HEX = "0123456789abcdef" * 2
OF_THE_PAGE = {"podium-store.json", "podium-server.lock"}


def refusal(folder: Path, holds: str) -> str:
    return (
        f"{folder}: is not empty, and not one of Podium's folders (it holds {holds}): name a "
        "folder that is empty or does not exist yet"
    )


def refused(folder: Path, message: str) -> None:
    before = contents(folder)
    with pytest.raises(UnusableFolder) as caught:
        Store(folder)
    assert str(caught.value) == message
    assert contents(folder) == before


def written(path: Path, text: str = "mine") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "name",
    ["notes.txt", ".hidden", "partial/film.mov", f"partial/{HEX}", f"videos/{HEX}/film.mov",
     f"videos/{HEX}/video", f"assessments/{HEX}/thesis.docx", f"assessments/{HEX}/job.json",
     "videos/holidays/a.mp4", "podium-store.txt", f"partial/{HEX}.gone/film.mov"],
)  # fmt: skip
def test_a_folder_of_somebody_elses_is_refused_and_left_as_it_is(tmp_path, name):
    folder = tmp_path / "X"
    written(folder / name)
    folder.chmod(0o755)
    first = Path(*Path(name).parts[: 2 if name.startswith(("partial", "videos", "ass")) else 1])
    refused(folder, refusal(folder, str(first)))


def test_the_command_says_so_in_one_line(tmp_path, capsys, small_model):
    folder = tmp_path / "X"
    written(folder / "partial" / "film.mov")
    before = contents(folder)
    words = ["serve", "--port", "0", "--folder", str(folder), "--model", str(small_model.folder)]
    assert run(words) == 3
    assert capsys.readouterr().err == f"podium: {refusal(folder, 'partial/film.mov')}\n"
    assert contents(folder) == before


def test_an_empty_folder_is_taken_and_keeps_its_mode(tmp_path):
    folder = tmp_path / "X"
    folder.mkdir()
    folder.chmod(0o755)
    with opened(folder) as store:
        keep(store)
        assert folder.stat().st_mode & 0o777 == 0o755
        for path in folder.iterdir():
            assert path.is_file() or path.stat().st_mode & 0o077 == 0
    assert {p.name for p in folder.iterdir() if p.is_file()} == OF_THE_PAGE
    about = json.loads((folder / "podium-store.json").read_text())
    assert about == {
        "about": "podium serve keeps videos and assessments in this folder", "version": 1
    }  # fmt: skip


def test_a_folder_that_it_makes_is_the_owners_alone(tmp_path):
    with opened(tmp_path / "new" / "store") as store:
        assert store.folder.stat().st_mode & 0o777 == 0o700


def earlier(folder: Path) -> tuple[str, str]:
    """Write what an earlier version left: no marker and no lock."""
    with opened(folder) as store:
        ids = done(store).id, asked(store).id
    for name in OF_THE_PAGE:
        (folder / name).unlink()
    return ids


def test_the_folder_of_an_earlier_version_is_known_by_its_files(tmp_path):
    folder = tmp_path / "store"
    ids = earlier(folder)
    (folder / "partial" / HEX).write_text("half a video")
    with opened(folder) as store:
        assert [store.job(id_).state for id_ in ids] == ["done", "waiting"]
        assert (folder / "podium-store.json").is_file()
        assert list((folder / "partial").iterdir()) == []


def test_what_people_put_beside_an_earlier_versions_files_stays(tmp_path):
    folder = tmp_path / "store"
    earlier(folder)
    mine = [
        written(folder / "notes.txt"),
        written(folder / "partial" / "film.mov"),
        written(folder / "videos" / HEX / "film.mov"),
        written(folder / "assessments" / HEX / "thesis.docx"),
    ]
    with opened(folder):
        assert [path.read_text() for path in mine] == ["mine"] * 4


def test_a_file_of_the_users_called_by_an_id_stays(tmp_path):
    folder = tmp_path / "store"
    with opened(folder) as store:
        half = store.new_partial()
        half.write_bytes(b"half a video")
    mine = written(folder / "partial" / HEX)
    with opened(folder):
        assert mine.read_text() == "mine"
        assert not half.exists()


def test_empty_folders_of_an_earlier_version_are_enough(tmp_path):
    for name in ("videos", "assessments", "partial"):
        (tmp_path / "X" / name).mkdir(parents=True)
    with opened(tmp_path / "X") as store:
        assert store.jobs() == []


def test_what_people_put_into_an_assessment_outlives_it(tmp_path):
    with opened(tmp_path / "store") as store:
        job = done(store)
        folder = store.job_folder(job.id)
        mine = written(folder / "notes.txt"), written(folder / "result" / "my cut.mp4")
        store.remove_job(job.id)
        assert store.jobs() == []
        assert sorted(p for p in folder.rglob("*") if p.is_file()) == sorted(mine)
        assert list((store.folder / "partial").iterdir()) == []
    with opened(tmp_path / "store") as store:
        assert store.jobs() == []
        assert [path.read_text() for path in mine] == ["mine"] * 2


def test_what_people_put_into_partial_stays(tmp_path):
    with opened(tmp_path / "store") as store:
        partial = store.folder / "partial"
        names = f"{HEX}.upload", f"{HEX}.gone/video", f"{HEX}.upload.kept/video"
        ours = [partial / name for name in names]
        for path in ours:
            written(path)
        mine = [written(partial / name) for name in ("film.mov", "a/b.mov", f"{HEX}.gone/x.mov")]
    with opened(tmp_path / "store"):
        assert not any(path.exists() for path in ours)
        assert [path.read_text() for path in mine] == ["mine"] * 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not valid JSON (Expecting value: line 1 column 1 (char 0))"),
        ("[1]", "list indices must be integers or slices, not str"),
        ('{"version": "1"}', "version '1'"),
        ("x" * 5000, "has more than the 4,096 bytes allowed: give a smaller file"),
    ],
)
def test_a_marker_that_podium_did_not_write_is_refused(tmp_path, text, reason):
    folder = tmp_path / "X"
    marker = written(folder / "podium-store.json", text)
    refused(
        folder,
        f"{marker}: is not the file by which Podium knows its folder ({reason}): name another "
        "folder with --folder, or, if this one is Podium's, remove that file",
    )


def test_a_marker_that_is_a_link_or_a_pipe_is_refused(tmp_path):
    for number, make in enumerate((lambda p: os.symlink("/dev/zero", p), os.mkfifo)):
        folder = tmp_path / f"X{number}"
        folder.mkdir()
        make(folder / "podium-store.json")
        with pytest.raises(UnusableFolder, match=r"^.*by which Podium knows its folder \(.*$"):
            Store(folder)


def test_the_folder_of_a_later_version_is_refused(tmp_path):
    written(tmp_path / "X" / "podium-store.json", '{"version": 2}')
    refused(
        tmp_path / "X",
        f"{tmp_path / 'X'}: was written by a later version of Podium (its files are of version 2, "
        "up to 1 can be read): use that, or name another folder with --folder",
    )


@pytest.mark.parametrize("name", ["videos", "assessments", "partial"])
def test_a_link_in_place_of_a_part_is_never_followed(tmp_path, name):
    folder, mine = tmp_path / "store", tmp_path / "mine"
    with opened(folder):
        pass
    written(mine / HEX / "video")
    shutil.rmtree(folder / name)
    os.symlink(mine, folder / name)
    before = contents(mine)
    refused(
        folder,
        f"{folder / name}: is a link or a file where Podium keeps a folder: move it away, or name "
        "another folder with --folder",
    )
    assert contents(mine) == before


def test_a_link_in_place_of_the_lock_is_never_followed(tmp_path):
    mine = written(tmp_path / "mine")
    with opened(tmp_path / "store"):
        pass
    lock = tmp_path / "store" / "podium-server.lock"
    lock.unlink()
    os.symlink(mine, lock)
    refused(tmp_path / "store", f"{lock}: is a link, not Podium's lock: remove it")
    assert mine.read_text() == "mine"


def test_clearing_follows_no_link(tmp_path):
    mine = written(tmp_path / "mine" / "report.html")
    folder = tmp_path / HEX
    folder.mkdir()
    os.symlink(mine.parent, folder / "result")
    os.symlink(mine, folder / "job.json")
    clear(folder)
    assert [path.name for path in folder.iterdir()] == ["result"]
    assert mine.read_text() == "mine"


NAMES = [HEX, f"{HEX}.gone", f"{HEX}.kept", "videos", "assessments", "partial", "video", "result",
         "about.json", "job.json", "report.html", "film.mov", ".job.json.abcd1234"]  # fmt: skip


def grown(folder: Path, draw, depth: int = 0) -> None:
    """Fill a folder with files and folders whose names are like Podium's."""
    folder.mkdir(exist_ok=True)
    for name in draw.sample(NAMES, draw.randint(1, 4)):
        if depth < 3 and draw.random() < 0.6:
            grown(folder / name, draw, depth + 1)
        else:
            (folder / name).write_text(draw.choice(["", "mine", "{}", f'{{"id": "{HEX}"}}']))


def has_files(folder: Path) -> bool:
    """Return whether there is more than the empty parts of a folder of the page."""
    parts = {"videos", "assessments", "partial"}
    return any(
        path.is_file() or path.relative_to(folder).as_posix() not in parts
        for path in folder.rglob("*")
    )


@pytest.mark.slow
def test_whatever_people_have_in_a_folder_stays(tmp_path):
    draw, n_refused = rng("folders"), 0
    for number in range(200):
        folder = tmp_path / str(number)
        grown(folder, draw)
        folder.chmod(draw.choice([0o755, 0o700, 0o775]))
        before = contents(folder)
        if has_files(folder):
            n_refused += 1
            message = re.escape(refusal(folder, "@")).replace("@", ".+")
            with pytest.raises(UnusableFolder, match=f"^{message}$"):
                Store(folder)
            assert contents(folder) == before
        else:
            Store(folder).close()
            assert {n: held for n, held in contents(folder).items() if n in before} == before
    assert n_refused > 100


def test_a_folder_is_the_same_wherever_a_child_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = Home(Path("store"))
    assert home.folder == tmp_path / "store"
    home.close()
    (tmp_path / "mine").mkdir()
    (tmp_path / "diving").mkdir()
    assert locate("mine") == str(tmp_path / "mine")
    assert [locate(name) for name in ("diving", "nothing", "")] == ["diving", "nothing", ""]
