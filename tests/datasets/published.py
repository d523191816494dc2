"""Small made-up copies of sets of the field, in the layouts in which they are published."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.io import savemat

from videos import scene, write_video


def write_frames(folder: Path, numbers: Sequence[int], name: str = "{:05d}.jpg") -> Path:
    folder.mkdir(parents=True)
    for number in numbers:
        Image.fromarray(scene(number)).save(folder / name.format(number))
    return folder


def pickled(path: Path, value: Any, protocol: int = 4) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def write_mtl_aqa(root: Path) -> Path:
    """Three dives: two within the frames of a competition, one of a video of another."""
    marks = np.array([8.5, 8.0, 8.5, 9.0, 8.0, 8.5, 8.5])
    labels = {
        (1, 1): {"final_score": 81.6, "difficulty": 3.2, "judge_scores": marks, "start_frame": 0,
                 "end_frame": 19, "dive_number": "407C"},
        (1, 2): {"final_score": np.float64(70), "difficulty": 2.8, "start_frame": np.int64(20),
                 "end_frame": 39, "dive_number": "5152B"},
        (2, 1): {"final_score": 55, "difficulty": 2.0, "start_frame": 3, "end_frame": 24,
                 "armstand": 0, "rotation_type": 1, "ss_no": 3, "tw_no": 0, "position": 2},
    }  # fmt: skip
    info = root / "info"
    pickled(info / "final_annotations_dict_with_dive_number.pkl", labels, protocol=2)
    pickled(info / "train_split_0.pkl", [(1, 1), (2, 1)])
    pickled(info / "test_split_0.pkl", [(1, 2)])
    write_frames(root / "new" / "new_total_frames" / "01", range(1, 41), "{}.jpg")
    (root / "videos").mkdir()
    write_video(root / "videos" / "02.mp4", [scene(n) for n in range(30)])
    return root


def write_aqa_7(root: Path) -> Path:
    """Two dives as frames, a vault as a video; one of the dives is for test."""
    lists = root / "Split_4"
    lists.mkdir(parents=True)
    train = np.array([[1, 1, 80.5], [2, 7, 14.9]])
    savemat(lists / "split_4_train_list.mat", {"consolidated_train_list": train})
    test = np.array([[1, 2, 60.0]])
    savemat(lists / "split_4_test_list.mat", {"consolidated_test_list": test})
    for number in (1, 2):
        write_frames(root / "diving-out" / f"{number:03d}", range(1, 21), "img_{:05d}.jpg")
    (root / "Actions" / "gymvault").mkdir(parents=True)
    write_video(root / "Actions" / "gymvault" / "007.avi", [scene(n) for n in range(20)])
    return root


FINALS = "FINADivingWorldCup2021_Men3m_final_r1", "FINADivingWorldCup2021_Men3m_final_r2"


def write_finediving(root: Path) -> Path:
    """A dive of each of two rounds; marks are in the coarse labels only."""
    steps = np.repeat([1, 12, 27], [5, 10, 5])
    labels = {
        (FINALS[0], 0): ["407C", 81.6, 3.2, None, steps],
        (FINALS[1], 3): ["5152B", 70.0, 2.8, None, steps.astype(np.float32)],
    }
    coarse = {
        (FINALS[0], 0): {"action_type": "407C", "dive_score": 81.6, "difficulty": 3.2,
                         "judge_scores": [8.5, 8.5, 8.5], "start_frame": 489, "end_frame": 508},
    }  # fmt: skip
    folder = root / "Annotations"
    pickled(folder / "fine-grained_annotation_aqa.pkl", labels)
    pickled(folder / "FineDiving_coarse_annotation.pkl", coarse)
    pickled(folder / "train_split.pkl", [(FINALS[0], 0)])
    pickled(folder / "test_split.pkl", [(FINALS[1], np.int64(3))])
    write_frames(root / "FineDiving" / FINALS[0] / "0", range(489, 509))
    write_frames(root / "FineDiving" / FINALS[1] / "3", range(95, 115))
    return root


def kinematics(seed: int, n_frames: int = 70) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (n_frames, 76)).round(6)


def write_jigsaws(root: Path) -> Path:
    """Two trials of one task, of which a third has no table, and one of another."""
    for task, rows in {
        "Suturing": [
            "B001\tN\t\t13\t2\t2\t2\t2\t3\t2",
            "B002\tN\t\t30\t5\t5\t5\t5\t5\t5",
            "H002\tE\t20",
        ],
        "Knot_Tying": ["C001\tI\t\t12\t2\t2\t2\t2\t2\t2"],
    }.items():
        folder = root / task
        (folder / "kinematics" / "AllGestures").mkdir(parents=True)
        meta = "".join(f"{task}_{row}\n" for row in rows)
        (folder / f"meta_file_{task}.txt").write_text(meta, encoding="utf-8")
        for seed, row in enumerate(row for row in rows if not row.startswith("H")):
            name = f"{task}_{row.split()[0]}.txt"
            np.savetxt(folder / "kinematics" / "AllGestures" / name, kinematics(seed), fmt="%.6f")
    return root
