"""Files of skeletons, as other programs write them, become the same joints."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from movement.exercising import bell, curls
from podium.errors import FeatureError, ManifestError, PodiumError, UsageError
from podium.joints import Joints
from podium.keypoints import BLAZEPOSE, COCO, KINECT
from podium.movement import angles_of, movement_of
from podium.skeletons import is_skeleton, read_skeleton
from podium.skeletons.names import BODY_18, BODY_25, joint_called
from podium.skeletons.shares import SHAPE_ASSUMED

TRUTH = curls(bell(3))
PIXELS = TRUTH.positions * 720
SPACE = np.concatenate([TRUTH.positions * 3 - [2.4, 1.5], np.zeros((len(TRUTH), 17, 1))], axis=2)


def laid_out(names: tuple[str, ...], places: np.ndarray) -> np.ndarray:
    """The joints of the made-up person in another order; those it lacks lie at 0."""
    rows = np.zeros((len(places), len(names), places.shape[2]))
    for i, name in enumerate(names):
        if name in COCO:
            rows[:, i] = places[:, COCO.index(name)]
    return rows


def openpose_frame(row: np.ndarray) -> dict:
    seen = (row != 0).any(axis=1).astype(float)
    return {"people": [{"pose_keypoints_2d": np.column_stack([row, seen]).ravel().tolist()}]}


def openpose_folder(folder: Path) -> Path:
    (folder / "openpose").mkdir()
    for number, row in enumerate(laid_out(BODY_25, PIXELS)):
        file = folder / "openpose" / f"clip_{number:012d}_keypoints.json"
        file.write_text(json.dumps({"version": 1.3, **openpose_frame(row)}))
    return folder / "openpose"


def openpose_file(folder: Path) -> Path:
    frames = [openpose_frame(row) for row in laid_out(BODY_18, PIXELS)]
    return written(folder / "openpose.json", json.dumps(frames))


def mediapipe_json(folder: Path) -> Path:
    frames = [
        {
            "timestamp_ms": 1000 * i / 30,
            "worldLandmarks": [[{"x": x, "y": y, "z": z, "visibility": 0.9} for x, y, z in row]],
        }
        for i, row in enumerate(laid_out(BLAZEPOSE, SPACE).tolist())
    ]
    return written(folder / "mediapipe.json", json.dumps({"frames": frames}))


def mediapipe_csv(folder: Path) -> Path:
    rows = laid_out(BLAZEPOSE, SPACE)
    header = [f"{axis}{i}" for i in range(33) for axis in "xyzv"]
    cells = np.concatenate([rows, np.ones((*rows.shape[:2], 1))], axis=2).reshape(len(rows), -1)
    return table(folder / "mediapipe.csv", header, cells)


def kinect_csv(folder: Path) -> Path:
    named = [("ShoulderLeft" if n == "left shoulder" else kinect_name(n)) for n in KINECT]
    rows = laid_out(KINECT, SPACE * [1, -1, 1])
    header = [f"{name}.{axis}" for name in named for axis in "XYZ"]
    return table(folder / "kinect.csv", header, rows.reshape(len(rows), -1))


def kinect_name(name: str) -> str:
    side, _, rest = name.partition(" ")
    if side not in ("left", "right"):
        return "".join(word.capitalize() for word in name.replace("middle", "mid").split())
    return "".join(word.capitalize() for word in rest.split()) + side.capitalize()


def named_csv(folder: Path) -> Path:
    header = [f"{name.replace(' ', '_')}_{axis}" for name in COCO for axis in "xy"]
    cells = np.column_stack([PIXELS.reshape(len(PIXELS), -1), np.full(len(PIXELS), 30)])
    return table(folder / "named.csv", [*header, "frames_per_second"], cells)


def array(folder: Path) -> Path:
    np.save(folder / "array.npy", PIXELS.astype(np.float32))
    return folder / "array.npy"


def table(path: Path, header: list[str], rows: np.ndarray) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows.tolist()])
    return path


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


FILES = [
    openpose_folder, openpose_file, mediapipe_json, mediapipe_csv, kinect_csv, named_csv, array
]  # fmt: skip
SAY_WHEN = (mediapipe_json, named_csv)


@pytest.mark.parametrize("make", FILES)
def test_every_kind_of_file_gives_the_same_angles(make: Callable[[Path], Path], tmp_path: Path):
    path = make(tmp_path)
    assert is_skeleton(path)
    joints = read_skeleton(path, None if make in SAY_WHEN else 30.0)
    assert joints.times == pytest.approx(TRUTH.times, abs=1e-3)
    for name in ("left elbow", "right elbow", "left knee", "right shoulder"):
        found, true = angles_of(joints).of(name), angles_of(TRUTH).of(name)
        assert abs(found - true).max() < 1.5, name
    assert len(movement_of(joints).repetitions) == 3


@pytest.mark.parametrize("make", [one for one in FILES if one not in SAY_WHEN])
def test_a_file_that_says_no_rate_asks_for_it(make, tmp_path):
    path = make(tmp_path)
    with pytest.raises(FeatureError) as caught:
        read_skeleton(path)
    assert str(caught.value) == (
        f"{path}: does not say how many frames there are a second: give --frames-per-second, "
        "such as 30"
    )


@pytest.mark.parametrize(("unit", "name"), [(1.0, "m"), (100.0, "cm"), (1000.0, "mm")])
def test_units_are_told_by_the_size_of_a_body(unit, name, tmp_path):
    rows = laid_out(KINECT, SPACE * [1, -1, 1]) * unit
    np.save(tmp_path / "kinect.npy", rows)
    joints = read_skeleton(tmp_path / "kinect.npy", 30.0)
    thigh = joint(joints, "left hip") - joint(joints, "left knee")
    assert np.linalg.norm(thigh, axis=1) == pytest.approx(0.42 * 0.3 * 3, abs=0.01), name


def joint(joints: Joints, name: str) -> np.ndarray:
    assert joints.world is not None
    return joints.world[:, joints.names.index(name)]


def test_shares_of_a_picture_are_doubted(tmp_path):
    header = [f"{axis}{i}" for i in range(33) for axis in "xy"]
    rows = laid_out(BLAZEPOSE, TRUTH.positions / [16 / 9, 1])
    path = table(tmp_path / "shares.csv", header, rows.reshape(len(rows), -1))
    joints = read_skeleton(path, 30.0)
    assert joints.doubts == (SHAPE_ASSUMED(),)
    assert abs(angles_of(joints).of("left elbow") - angles_of(TRUTH).of("left elbow")).max() < 1.5


def test_who_is_seen_most_surely_is_meant(tmp_path):
    def beside(frame: dict) -> dict:
        ghost = {"pose_keypoints_2d": [1.0, 2.0, 0.1] * 25}
        return {"people": [ghost, *frame["people"], ghost]}

    frames = [beside(openpose_frame(row)) for row in laid_out(BODY_25, PIXELS)]
    path = written(tmp_path / "three.json", json.dumps(frames))
    assert len(movement_of(read_skeleton(path, 30.0)).repetitions) == 3


def test_frames_in_which_nobody_is_seen_are_filled_and_said(tmp_path):
    frames = [openpose_frame(row) for row in laid_out(BODY_25, PIXELS)]
    frames[10:13] = [{"people": []}] * 3
    joints = read_skeleton(written(tmp_path / "gap.json", json.dumps(frames)), 30.0)
    assert not joints.seen[10:13].any()
    assert [doubt.kind.name for doubt in joints.doubts] == ["keypoints_filled"]


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("LEFT_SHOULDER", "left shoulder"), ("ShoulderLeft", "left shoulder"),
        ("l_elbow", "left elbow"), ("SpineMid", "spine middle"), ("left foot index", "toes"),
        ("RightPinky", "right little finger"), ("nose", "nose"), ("Sternum", "sternum"),
    ],
)  # fmt: skip
def test_names_of_other_programs(given, called):
    assert joint_called(given).removeprefix("left " if called == "toes" else "") == called


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mov", "clip"])
def test_a_video_is_no_skeleton(name):
    assert not is_skeleton(Path(name))


DAMAGED = {
    "empty.json": "",
    "number.json": "3",
    "words.json": '["a", "b", "c"]',
    "nested.json": "[" * 5000 + "]" * 5000,
    "short.json": json.dumps([{"people": [{"pose_keypoints_2d": [1, 2, 3] * 7}]}] * 5),
    "texts.json": json.dumps([{"people": [{"pose_keypoints_2d": ["a", 2, 3] * 25}]}] * 5),
    "huge.json": json.dumps([{"people": [{"pose_keypoints_2d": [10**400, 2, 3] * 25}]}] * 5),
    "nobody.json": json.dumps([{"people": []}] * 5),
    "empty.csv": "",
    "header.csv": "x0,y0,x1,y1,x2,y2\n",
    "other.csv": "a,b,c\n1,2,3\n",
    "words.csv": "nose_x,nose_y,neck_x,neck_y,hip_x,hip_y\n" + "1,2,3,4,5,six\n" * 5,
    "two.csv": "nose_x,nose_y,neck_x,neck_y,hip_x,hip_y\n1,2,3,4,5,6\n1,2,3,4,5,6\n",
    "nowhere.csv": "nose_x,nose_y,neck_x,neck_y,hip_x,hip_y\n" + "1e300,1e300,,,nan,inf\n" * 5,
    "array.npy": "not an array",
    "gone/": "",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_are_refused_in_one_line(name, tmp_path):
    path = tmp_path / name
    if name.endswith("/"):
        path.mkdir()
    else:
        path.write_text(DAMAGED[name])
    with pytest.raises((FeatureError, ManifestError, PodiumError)) as caught:
        read_skeleton(path, 30.0)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            np.zeros((5, 9, 2)),
            "has 9 joints, of which nobody knows the names: the skeletons that are known have 17, "
            "25, 33; a table with named columns may have any",
        ),
        (
            np.zeros((5, 17)),
            "is float64 of (5, 17): a skeleton is numbers (frames, joints, 2 or 3)",
        ),
        (
            np.full((5, 17, 2), np.nan),
            "no joint was seen in any frame: find the joints again",
        ),
        (
            np.zeros((2, 17, 2)),
            "has 2 frames of 17 joints: a movement has 3 to 500,000 frames of 3 to 300",
        ),
    ],
)
def test_arrays_that_are_no_skeletons_say_why(rows, said, tmp_path):
    np.save(tmp_path / "array.npy", rows)
    with pytest.raises(FeatureError) as caught:
        read_skeleton(tmp_path / "array.npy", 30.0)
    assert str(caught.value) == f"{tmp_path / 'array.npy'}: {said}"


def test_times_that_do_not_rise_are_refused(tmp_path):
    header = [*(f"{axis}{i}" for i in range(33) for axis in "xy"), "time"]
    rows = np.column_stack(
        [laid_out(BLAZEPOSE, PIXELS).reshape(len(PIXELS), -1), np.ones(len(PIXELS))]
    )
    path = table(tmp_path / "still.csv", header, rows)
    with pytest.raises(FeatureError) as caught:
        read_skeleton(path)
    assert str(caught.value) == (
        f"{path}: its times do not rise from frame to frame: give --frames-per-second, such as 30"
    )
    assert len(read_skeleton(path, 30.0)) == len(TRUTH)


@pytest.mark.parametrize("rate", [0.0, -30.0, 1e9])
def test_a_rate_that_is_none_is_refused(rate, tmp_path):
    with pytest.raises(UsageError) as caught:
        read_skeleton(array(tmp_path), rate)
    assert str(caught.value) == (
        f"{rate:g} frames a second is no rate of a skeleton: give from 1 to 1000"
    )


def test_a_file_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "gone.json"
    with pytest.raises(FeatureError) as caught:
        read_skeleton(path, 30.0)
    assert str(caught.value) == f"{path}: no such file or folder of skeletons: check the path"
