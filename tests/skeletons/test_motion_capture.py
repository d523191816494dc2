"""Files of motion capture, BVH and C3D, become joints whose angles are those that were made."""

import io
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium.cli.commands import run
from podium.errors import FeatureError, ManifestError, MissingExtra
from podium.movement import angles_of, movement_of
from podium.skeletons import is_skeleton, read_skeleton
from podium.skeletons.markers import MARKERS_STAND_FOR_JOINTS

RATE = 50.0
TIMES = np.arange(300) / RATE
BENT = 120 * (1 - np.cos(np.pi * TIMES)) / 2
"""By how many degrees an elbow is bent, three times."""

TREE = """HIERARCHY
ROOT Hips
{
  OFFSET 0 90 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Spine
  {
    OFFSET 0 50 0
    CHANNELS 3 Zrotation Xrotation Yrotation
%s
  }
%s
}
MOTION
Frames: %d
Frame Time: %.6f
"""
ARM = """    JOINT {side}Shoulder
    {{
      OFFSET {sign}5 0 0
      CHANNELS 3 Zrotation Xrotation Yrotation
      JOINT mixamorig:{side}Arm
      {{
        OFFSET {sign}15 0 0
        CHANNELS 3 Zrotation Xrotation Yrotation
        JOINT {side}ForeArm
        {{
          OFFSET {sign}30 0 0
          CHANNELS 3 Zrotation Xrotation Yrotation
          JOINT {side}Hand
          {{
            OFFSET {sign}25 0 0
            CHANNELS 3 Zrotation Xrotation Yrotation
            End Site
            {{
              OFFSET {sign}8 0 0
            }}
          }}
        }}
      }}
    }}"""
LEG = """  JOINT {side}UpLeg
  {{
    OFFSET {sign}10 0 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    JOINT {side}Leg
    {{
      OFFSET 0 -45 0
      CHANNELS 3 Zrotation Xrotation Yrotation
      JOINT {side}Foot
      {{
        OFFSET 0 -40 0
        CHANNELS 3 Zrotation Xrotation Yrotation
      }}
    }}
  }}"""
SIDES = (("Left", ""), ("Right", "-"))
N_CHANNELS = 6 + 3 + 2 * (4 * 3) + 2 * (3 * 3)


def bvh(path: Path, n_frames: int = len(BENT)) -> Path:
    """Somebody who turns about, and bends both elbows, in centimetres."""
    arms = "\n".join(ARM.format(side=side, sign=sign) for side, sign in SIDES)
    legs = "\n".join(LEG.format(side=side, sign=sign) for side, sign in SIDES)
    numbers = np.zeros((len(BENT), N_CHANNELS))
    numbers[:, 1] = 90
    numbers[:, 5] = np.linspace(0, 60, len(BENT))  # turns about the vertical
    for first, sign in ((9, 1), (21, -1)):
        numbers[:, first + 6] = sign * BENT  # the fore arm, about Z
    rows = "\n".join(" ".join(f"{x:.4f}" for x in row) for row in numbers)
    path.write_text(TREE % (arms, legs, n_frames, 1 / RATE) + rows + "\n")
    return path


def test_a_tree_of_turns_becomes_joints_whose_angles_were_made(tmp_path):
    path = bvh(tmp_path / "a.bvh")
    assert is_skeleton(path)
    joints = read_skeleton(path)
    assert {"left shoulder", "left collar", "right wrist", "left hip", "right ankle"} <= {
        *joints.names
    }
    np.testing.assert_allclose(joints.times, TIMES, atol=1e-6)
    for side in ("left", "right"):
        found = angles_of(joints).of(f"{side} elbow")
        np.testing.assert_allclose(found[5:-5], 180 - BENT[5:-5], atol=5)
        np.testing.assert_allclose(angles_of(joints).of(f"{side} knee"), 180, atol=1e-3)
    assert len(movement_of(joints).repetitions) == 3
    size = np.linalg.norm(
        joints.world[0, joints.names.index("left elbow")]
        - joints.world[0, joints.names.index("left shoulder")]
    )
    assert size == pytest.approx(0.3, abs=1e-3)  # metres, of 30 cm
    first = joints.world[0]
    assert first[joints.names.index("left ankle"), 1] > first[joints.names.index("left hip"), 1]


def test_two_files_are_compared_by_joints(tmp_path, capsys):
    path = bvh(tmp_path / "a.bvh")
    assert run(["compare", str(path), str(path)]) == 0
    assert capsys.readouterr().out.startswith("Likeness of form 1.00 ")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (("Frames: 300", "Frames: 301"), "cannot reshape array"),
        (("Frames: 300", "Frames: 999999999"), "999,999,999 frames of 51 numbers are too few or"),
        (("Frame Time: 0.020000", "Frame Time: 0"), "a frame lasts 0 s"),
        (("OFFSET 0 50 0", "OFFSET 0 50"), "could not convert string to float: 'CHANNELS'"),
        (("CHANNELS 3", "CHANNELS 900000"), "channels are"),
        (("Zrotation", "Wrotation"), "channels are"),
        (("JOINT Spine", "JOINED Spine"), "'JOINED' is none of its words"),
        (("ROOT Hips", "ROOT Hips { OFFSET 0 0 0 JOINT x " * 400), "more than 300 joints"),
        (("120.0000", "nan"), "a number is not finite"),
    ],
)
def test_what_is_damaged_is_refused(tmp_path, changed, reason):
    path = bvh(tmp_path / "a.bvh")
    text = path.read_text()
    spoilt = text.replace(changed[0], changed[1])
    path.write_text(spoilt)
    with pytest.raises(FeatureError) as error:
        read_skeleton(path)
    assert str(error.value).startswith(f"{path}: is a damaged BVH file (")
    assert reason in str(error.value)


def test_what_is_no_bvh_is_refused(tmp_path):
    path = tmp_path / "a.bvh"
    path.write_bytes(b"\x00\xff" * 1000)
    message = f"{path}: is not a BVH file: it has no HIERARCHY and MOTION"
    with pytest.raises(FeatureError, match=whole(message)):
        read_skeleton(path)


def markers(up: str = "z") -> dict[str, np.ndarray]:
    """Where markers of somebody upright are who bends both elbows, in mm, (frames, 3) each."""
    found = {}
    for letter, sign in (("L", -1), ("R", 1)):
        hand = np.radians(BENT)
        still = {"SHO": (200, 0, 1400), "ELB": (200, 0, 1100), "ASI": (120, -80, 950),
                 "PSI": (120, 80, 950), "KNE": (120, 0, 500), "ANK": (120, 0, 90)}  # fmt: skip
        for name, place in still.items():
            found[letter + name] = np.tile(np.array(place, float) * (sign, 1, 1), (len(BENT), 1))
        fore = 250 * np.stack([0 * hand, -np.sin(hand), -np.cos(hand)], axis=1)
        for name, aside in (("WRA", 20), ("WRB", -20)):
            found[letter + name] = found[f"{letter}ELB"] + fore + (aside, 0, 0)
    if up == "y":
        found = {name: place[:, [1, 2, 0]] for name, place in found.items()}
    return found


def c3d_file(path: Path, places: dict[str, np.ndarray], unit: str = "mm") -> Path:
    c3d = pytest.importorskip("c3d", reason="the extra `mocap` is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer = c3d.Writer(point_rate=RATE, point_units=unit.ljust(4))
        writer.set_point_labels([f"Anna:{name}" for name in places])
        for row in np.stack(list(places.values()), axis=1):
            points = np.zeros((len(row), 5), np.float32)
            points[:, :3] = np.nan_to_num(row)
            points[:, 3] = np.where(np.isfinite(row).all(axis=1), 0, -1)
            writer.add_frames([(points, np.array([[]]))])
        content = io.BytesIO()
        writer.write(content)
    path.write_bytes(content.getvalue())
    return path


def test_markers_become_joints_whose_angles_were_made(tmp_path):
    path = c3d_file(tmp_path / "a.C3D", markers())
    assert is_skeleton(path)
    joints = read_skeleton(path)
    assert joints.doubts == (MARKERS_STAND_FOR_JOINTS(),)
    np.testing.assert_allclose(joints.times, TIMES, atol=1e-6)
    for side in ("left", "right"):
        found = angles_of(joints).of(f"{side} elbow")
        np.testing.assert_allclose(found[5:-5], 180 - BENT[5:-5], atol=5)
    knee, hip = (joints.names.index(f"left {name}") for name in ("knee", "hip"))
    np.testing.assert_allclose(
        joints.world[0, hip] - joints.world[0, knee], (0, -0.45, 0), atol=1e-4
    )
    assert len(movement_of(joints).repetitions) == 3


def test_a_centre_that_was_worked_out_goes_before_markers(tmp_path):
    places = markers()
    places["LKJC"] = places["LKNE"] + (30, 0, 10)
    joints = read_skeleton(c3d_file(tmp_path / "a.c3d", places))
    left, right = (joints.world[0, joints.names.index(f"{s} knee")] for s in ("left", "right"))
    assert left[1] == pytest.approx(right[1] - 0.01, abs=1e-4)


def test_what_was_not_seen_is_filled_and_said(tmp_path):
    places = markers()
    places["LKNE"][40:50] = np.nan
    joints = read_skeleton(c3d_file(tmp_path / "a.c3d", places))
    column = joints.names.index("left knee")
    assert joints.seen[:, column].sum() == len(joints) - 10
    assert "keypoints_filled" in [doubt.kind.name for doubt in joints.doubts]


def test_a_file_of_other_points_says_what_they_must_be_called(tmp_path):
    path = c3d_file(tmp_path / "a.c3d", {"p1": np.zeros((9, 3)), "p2": np.ones((9, 3))})
    message = (
        f"{path}: names no joints or markers that are known (Anna:p1, Anna:p2): call them as "
        "Plug-in Gait does, such as LSHO, LELB, LKNE, or give centres of joints, such as LKJC"
    )
    with pytest.raises(FeatureError, match=whole(message)):
        read_skeleton(path)


def test_a_damaged_file_is_refused(tmp_path):
    path = c3d_file(tmp_path / "a.c3d", markers())
    content = path.read_bytes()
    path.write_bytes(b"\x02P" + b"\xff" * 2_000)
    with pytest.raises(ManifestError) as error:
        read_skeleton(path)
    assert str(error.value).startswith(f"{path}: is not a C3D file (")
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ManifestError) as error:
        read_skeleton(path)
    said = r": promises 300 frames and holds \d+: copy it again$"
    assert re.search(said, str(error.value))


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "a.c3d"
    path.write_bytes(b"\x02P")
    monkeypatch.setattr("podium.machine.extras.find_spec", lambda name: None)
    message = "reading C3D needs c3d, which is not installed: pip install 'podium[mocap]'"
    with pytest.raises(MissingExtra, match=whole(message)):
        read_skeleton(path)
