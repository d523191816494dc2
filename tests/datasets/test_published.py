"""Sets of the field, read from made-up copies of their layouts."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from datasets.published import (
    FINALS,
    kinematics,
    pickled,
    write_aqa_7,
    write_finediving,
    write_frames,
    write_jigsaws,
    write_mtl_aqa,
)
from messages import whole
from podium.cli.commands import run
from podium.datasets._labelled import read_entries
from podium.datasets._named import dataset_named, is_named
from podium.datasets.aqa_7 import Aqa7
from podium.datasets.finediving import FineDiving
from podium.datasets.jigsaws import Jigsaws, clips_of
from podium.datasets.mtl_aqa import MtlAqa
from podium.errors import ManifestError, MissingFile, UnknownName
from podium.features.given import read_features
from podium.performance import Phase
from podium.video.frames import decode
from videos import scene


def refuse(dataset, message: str) -> None:
    with pytest.raises(ManifestError, match=whole(message)):
        dataset.performances()


# MTL-AQA


def test_dives_of_mtl_aqa_have_marks_splits_and_their_competition(tmp_path):
    first, second, third = MtlAqa(write_mtl_aqa(tmp_path)).performances()
    assert [p.id for p in (first, second, third)] == ["01_01", "01_02", "02_01"]
    assert [p.split for p in (first, second, third)] == ["train", "test", "train"]
    assert [p.event for p in (first, second, third)] == ["01", "01", "02"]
    assert [p.action for p in (first, second, third)] == ["407", "5152", "0-1-3-0-2"]
    assert (first.score, first.difficulty, len(first.judges)) == (81.6, 3.2, 7)
    assert first.extra == {"dive_number": "407C"}
    assert (third.path.name, third.start_frame, third.end_frame) == ("02.mp4", 3, 24)


def test_frames_of_a_competition_are_cut_into_its_dives(tmp_path):
    dives = MtlAqa(write_mtl_aqa(tmp_path)).performances()[:2]
    for first_number, dive in zip((1, 21), dives, strict=True):
        assert (dive.start_frame, dive.end_frame) == (None, None)
        frames = decode(dive.path, width=64, height=48)
        np.testing.assert_allclose(frames.start_seconds, np.arange(20) / 25)
        shown = np.stack([scene(n) for n in range(first_number, first_number + 20)])
        assert np.abs(frames.pixels.astype(int) - shown).mean() < 6


def test_a_dive_may_have_a_folder_of_its_own(tmp_path):
    root = write_mtl_aqa(tmp_path)
    (root / "videos" / "02.mp4").unlink()
    write_frames(root / "frames_long" / "02_01", range(17))
    dive = MtlAqa(root).performances()[2]
    assert (dive.path.name, dive.start_frame) == ("02_01.mkv", None)


def test_all_dives_that_are_missing_are_counted(tmp_path):
    root = write_mtl_aqa(tmp_path)
    (root / "videos" / "02.mp4").unlink()
    labels = root / "info" / "final_annotations_dict_with_dive_number.pkl"
    refuse(
        MtlAqa(root),
        f"{labels}: 1 of 3 performances have neither frames nor a video below {root} (02_01; the "
        "first was looked for as 02_01 or 2_1 or 02 or 2): add them, or make a table of those that "
        "there are",
    )


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ({"final_score": "much"}, "score 'much' of 1_1 must be a number"),
        ({"final_score": -1}, "score -1.0 of 1_1 must be 0 or more"),
        ({"final_score": float("nan")}, "score nan of 1_1 must be a number"),
        ({"difficulty": 0}, "difficulty 0.0 of 1_1 must be a number above 0"),
        ({"judge_scores": 3}, "judges 3 of 1_1 must be a list of numbers"),
        ({"start_frame": 1.5}, "start_frame 1.5 of 1_1 must be the number of a frame, 0 or more"),
    ],
)
def test_labels_that_are_not_what_they_must_be_are_said(tmp_path, label, said):
    root = write_mtl_aqa(tmp_path)
    labels = {(1, 1): {"start_frame": 0, "end_frame": 9} | label}
    path = pickled(root / "info" / "final_annotations_dict_with_dive_number.pkl", labels)
    refuse(MtlAqa(root), f"{path}: {said}: check the file")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (5, None, "1_1 has frames from 5 to None: both must be known, and in order"),
        (9, 5, "1_1 has frames from 9 to 5: both must be known, and in order"),
        (90, 95, "1_1 begins with frame 90, and {} has 40"),
    ],
)
def test_frames_that_are_not_there_are_said(tmp_path, start, end, said):
    root = write_mtl_aqa(tmp_path)
    labels = {(1, 1): {"start_frame": start, "end_frame": end}}
    path = pickled(root / "info" / "final_annotations_dict_with_dive_number.pkl", labels)
    said = said.format(root / "new" / "new_total_frames" / "01")
    refuse(MtlAqa(root), f"{path}: {said}")


@pytest.mark.parametrize("key", [("..", 1), ("a/b", 1), ("", 1), (None, 1), (1.5, 1), (True, 1)])
def test_a_key_is_no_way_out_of_the_folder(tmp_path, key):
    root = write_mtl_aqa(tmp_path)
    path = pickled(root / "info" / "final_annotations_dict_with_dive_number.pkl", {key: {}})
    refuse(
        MtlAqa(root),
        f"{path}: the key {list(key)!r} must be whole numbers, and names without folders",
    )


# what label files may hold


class Calls:
    """Pickled, it calls a function when it is read."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize("write", [pickled, lambda path, value: np.save(path, value, True)])
def test_a_program_in_labels_is_not_run(tmp_path, write):
    sentinel = tmp_path / "sentinel"
    path = tmp_path / "labels.npy"
    write(path, np.array([Calls(f"touch {sentinel}")], object))
    message = (
        f"{path}: asks for posix.system, which is more than numbers, strings, containers and numpy "
        "arrays: it was not read, as it could run any program"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        list(read_entries(path))
    assert not sentinel.exists()


def test_arrays_of_objects_are_read(tmp_path):
    values = {("a", 1): {"steps": np.arange(3), "mark": np.float32(2.5)}}
    np.save(tmp_path / "one.npy", np.array(values, object))
    assert list(read_entries(tmp_path / "one.npy")) == [
        (["a", 1], {"steps": [0, 1, 2], "mark": 2.5})
    ]
    listed = np.empty(2, object)
    listed[:] = [("a", 1), {"b": None}]
    np.save(tmp_path / "many.npy", listed)
    assert list(read_entries(tmp_path / "many.npy")) == [(0, ["a", 1]), (1, {"b": None})]
    np.save(tmp_path / "plain.npy", np.array([[1.5, 2], [3, 4]]))
    assert list(read_entries(tmp_path / "plain.npy")) == [(0, [1.5, 2.0]), (1, [3.0, 4.0])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pickle.dumps(5), "holds no dictionary, list or array of labels: is it a file of labels?"),
        (b"\x93NUMPY\x01\x00", "cannot be read as an array (EOF: reading array header length, "
         "expected 2 bytes got 0)"),
        (b"\x93NUMPY\x09\x00", "cannot be read as an array ((9, 0))"),
        (b"text", "cannot be read as a pickle (UnpicklingError): check the file"),
    ],
)  # fmt: skip
def test_other_files_are_refused(tmp_path, content, said):
    path = tmp_path / "labels.pkl"
    path.write_bytes(content)
    with pytest.raises(ManifestError, match=whole(f"{path}: {said}")):
        list(read_entries(path))


def test_no_file_of_labels_is_said(tmp_path):
    path = tmp_path / "labels.pkl"
    with pytest.raises(MissingFile, match=whole(f"{path}: no such file of labels: check the path")):
        list(read_entries(path))


# AQA-7


def test_actions_of_aqa_7_have_the_published_split(tmp_path):
    found = Aqa7(write_aqa_7(tmp_path)).performances()
    assert [(p.id, p.action, p.split, p.score) for p in found] == [
        ("diving_001", "diving", "train", 80.5),
        ("gym_vault_007", "gym_vault", "train", 14.9),
        ("diving_002", "diving", "test", 60.0),
    ]
    assert [p.path.name for p in found] == ["diving_001.mkv", "007.avi", "diving_002.mkv"]
    assert len(decode(found[0].path, width=64, height=48).pixels) == 20


def test_a_sport_can_be_taken_by_itself(tmp_path):
    found = Aqa7(write_aqa_7(tmp_path), "diving").performances()
    assert [p.id for p in found] == ["diving_001", "diving_002"]


@pytest.mark.parametrize("row", [[7, 1, 5.0], [1, 0, 5.0], [1, 1.5, 5.0], [1, 1, -5.0]])
def test_rows_of_another_kind_are_refused(tmp_path, row):
    path = write_aqa_7(tmp_path) / "Split_4" / "split_4_train_list.mat"
    savemat(path, {"x": np.array([row], float)})
    refuse(
        Aqa7(tmp_path),
        f"{path}: the row {list(map(float, row))} must be the number of a sport (1 to 6), that of "
        "an action (1 or more), and a score of 0 or more",
    )
    savemat(path, {"x": np.arange(4.0)})
    refuse(
        Aqa7(tmp_path),
        f"{path}: has 4 numbers: it must have 3 an action, of the sport, the action and the score",
    )


def test_a_folder_without_frames_is_said(tmp_path):
    folder = write_aqa_7(tmp_path) / "diving-out" / "001"
    for picture in folder.iterdir():
        picture.unlink()
    refuse(
        Aqa7(tmp_path),
        f"{folder}: holds no pictures (.jpg, .jpeg, .png): put the frames of the performance there",
    )


def test_pictures_of_a_performance_are_of_one_size(tmp_path):
    folder = write_aqa_7(tmp_path) / "diving-out" / "001"
    odd = folder / "img_00007.jpg"
    Image.new("RGB", (32, 32)).save(odd)
    refuse(
        Aqa7(tmp_path),
        f"{odd}: is 32 x 32 pixels and the first of its folder 64 x 48: all pictures of a "
        "performance must be of one size",
    )


def test_a_picture_under_another_name_is_no_jpeg(tmp_path):
    folder = write_aqa_7(tmp_path) / "diving-out" / "001"
    odd = folder / "img_00007.jpg"
    Image.new("RGB", (64, 48)).save(odd, "PNG")
    refuse(Aqa7(tmp_path), f"{odd}: is called a JPEG picture and is none: check the file")


def test_a_damaged_picture_is_met_by_the_decoder_only(tmp_path):
    folder = write_aqa_7(tmp_path) / "diving-out" / "001"
    odd = folder / "img_00007.jpg"
    content = odd.read_bytes()
    odd.write_bytes(content[:-40])
    dive = Aqa7(tmp_path, "diving").performances()[0]
    assert 19 <= len(decode(dive.path, width=64, height=48).pixels) <= 20


# FineDiving


def test_dives_of_finediving_have_steps_and_marks(tmp_path):
    first, second = FineDiving(write_finediving(tmp_path)).performances()
    assert (first.id, second.id) == (f"{FINALS[0]}_0", f"{FINALS[1]}_3")
    assert (first.split, second.split) == ("train", "test")
    assert first.event == second.event == "FINADivingWorldCup2021_Men3m_final"
    assert (first.action, first.score, first.difficulty) == ("407C", 81.6, 3.2)
    assert (first.judges, second.judges) == ((8.5, 8.5, 8.5), ())
    assert first.phases == second.phases == (
        Phase("step 1", 0, 4), Phase("step 12", 5, 14), Phase("step 27", 15, 19),
    )  # fmt: skip
    assert len(decode(second.path, width=64, height=48).pixels) == 20


def test_coarse_labels_alone_are_enough(tmp_path):
    root = write_finediving(tmp_path)
    (root / "Annotations" / "fine-grained_annotation_aqa.pkl").unlink()
    (dive,) = FineDiving(root).performances()
    assert (dive.score, dive.judges, dive.phases) == (81.6, (8.5, 8.5, 8.5), ())


# JIGSAWS


def test_trials_of_jigsaws_are_features(tmp_path):
    found = Jigsaws(write_jigsaws(tmp_path)).performances()
    assert [(p.id, p.action, p.athlete, p.score) for p in found] == [
        ("Suturing_B001", "Suturing", "B", 13.0),
        ("Suturing_B002", "Suturing", "B", 30.0),
        ("Knot_Tying_C001", "Knot_Tying", "C", 12.0),
    ]
    assert found[0].extra["trial"] == "001"
    assert found[0].extra["skill"] == "N"
    assert found[0].extra["overall_performance"] == "3"
    np.testing.assert_allclose(read_features(found[0].path).values, clips_of(kinematics(0)))


def test_clips_of_kinematics_end_with_the_last_moment():
    values = kinematics(3, 40)
    found = clips_of(values)
    assert found.shape == (2, 152)
    np.testing.assert_allclose(found[1, :76], values[24:].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found[0, 76:], values[8:24].std(axis=0), rtol=1e-5)
    assert clips_of(values[:5]).shape == (1, 152)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("1 2\n3 4\n", "has 2 rows of 2 numbers: a trial has 1 to 160,000 rows of 76"),
        ("x " * 76, "is not a table of numbers (could not convert string 'x' to float64 at row 0, "
         "column 1.)"),
        ("nan " * 76, "holds numbers that are not finite, or too large: check it"),
    ],
)  # fmt: skip
def test_other_tables_are_refused(tmp_path, content, said):
    root = write_jigsaws(tmp_path)
    table = root / "Suturing" / "kinematics" / "AllGestures" / "Suturing_B001.txt"
    table.write_text(content, encoding="utf-8")
    refuse(Jigsaws(root), f"{table}: {said}")


@pytest.mark.parametrize("line", ["../x N 13", "Suturing_B001 N", "Suturing_B001 N 1e9"])
def test_a_line_of_another_kind_is_refused(tmp_path, line):
    meta = write_jigsaws(tmp_path) / "Suturing" / "meta_file_Suturing.txt"
    meta.write_text(f"\n{line}\n", encoding="utf-8")
    refuse(
        Jigsaws(tmp_path),
        f"{meta}: line 2: {line!r} must be a trial such as Suturing_B001, N, I or E, and the "
        "global rating score",
    )


def test_trials_without_any_table_are_refused(tmp_path):
    meta = write_jigsaws(tmp_path) / "Suturing" / "meta_file_Suturing.txt"
    meta.write_text("Suturing_H002 E 20\n", encoding="utf-8")
    refuse(
        Jigsaws(tmp_path, "Suturing"),
        f"{meta}: no trial that it lists has a table in kinematics/AllGestures beside it: unpack "
        "the kinematics there",
    )


# by name


def test_a_part_is_named_after_the_set(tmp_path):
    assert is_named("jigsaws/Suturing")
    assert not is_named("jigsaws/table.csv")
    found = dataset_named("jigsaws/Suturing", write_jigsaws(tmp_path)).performances()
    assert {p.action for p in found} == {"Suturing"}
    message = (
        "aqa_7 has no part 'golf': choose one of diving, gym_vault, ski_big_air, "
        "snowboard_big_air, sync_diving_3m, sync_diving_10m, or leave it out"
    )
    with pytest.raises(UnknownName, match=whole(message)):
        dataset_named("aqa_7/golf")
    message = "kimore has no parts: write kimore instead of 'kimore/Es1'"
    with pytest.raises(UnknownName, match=whole(message)):
        dataset_named("kimore/Es1")


def test_every_set_can_be_learned_from_and_evaluated_by_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PODIUM_DATA", str(tmp_path))
    for name, write in (("mtl_aqa", write_mtl_aqa), ("jigsaws", write_jigsaws)):
        write(tmp_path / name)
    assert run(["extract", "mtl_aqa"]) == 0
    assert "3 of 3 videos have features" in capsys.readouterr().err
    rows = "Suturing_B001.npy,Suturing_B001,14\nSuturing_B002.npy,Suturing_B002,29\n"
    table = tmp_path / "predictions.csv"
    table.write_text(f"file_name,id,score\n{rows}", encoding="utf-8")
    assert run(["evaluate", str(table), "jigsaws/Suturing", "--json"]) == 0
    assert '"n": 2' in capsys.readouterr().out
    assert Path("jigsaws/Suturing").exists() is False
