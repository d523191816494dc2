"""Models that are spoilt: each is refused in one line that says why, or gives finite numbers."""

import json
import os
import re
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import podium
from podium.assessor import Assessor
from podium.cli.commands import run
from podium.errors import ModelError, TrainingError, VideoError
from podium.features.extraction import Extraction, FeatureCache
from podium.model import load_model, summarise
from podium.simulation import SimulationOptions, stage, write_video
from podium.training import left_out
from podium.training import lesson as training_lesson
from podium.training.evidence import Judging, LeftOut
from podium.video.clips import ClipOptions, cut
from podium.video.frames import Frames

from .strangers import Arrays, Config, copied, with_arrays, with_config

Change = Callable[[Path], Any]

# how models are spoilt


def put(*way: Any) -> Change:
    """Put a value, the last word, at a place of the config, which the words before it lead to."""
    *names, key, value = way

    def change(config: Config) -> None:
        inner: Any = config
        for name in names:
            inner = inner[name]
        inner[key] = value

    return partial(with_config, change=change)


def without(*way: Any) -> Change:
    """Leave out what is at a place of the config."""
    *names, key = way

    def change(config: Config) -> None:
        inner: Any = config
        for name in names:
            inner = inner[name]
        del inner[key]

    return partial(with_config, change=change)


def array(name: str, change: Callable[[Any], Any]) -> Change:
    """Put what becomes of an array in its place."""

    def changed(arrays: Arrays) -> None:
        arrays[name] = change(arrays[name])

    return partial(with_arrays, change=changed)


def no_array(name: str) -> Change:
    return partial(with_arrays, change=lambda arrays: arrays.pop(name))


def more_arrays(**more: Any) -> Change:
    return partial(with_arrays, change=lambda arrays: arrays.update(more))


def poisoned(value: float) -> Callable[[Any], Any]:
    """Put one number among those of an array."""

    def change(values: Any) -> Any:
        values.flat[values.size // 2] = value
        return values

    return change


def text(change: Callable[[str], str]) -> Change:
    def changed(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(change(path.read_text("utf-8")), "utf-8")

    return changed


def raw(name: str, content: bytes) -> Change:
    return lambda folder: (folder / name).write_bytes(content)


def header(change: Callable[[dict[str, Any]], Any]) -> Change:
    """Have the header of the arrays say something else; what follows is left as it is."""

    def changed(folder: Path) -> None:
        path = folder / "model.safetensors"
        content = path.read_bytes()
        (n,) = struct.unpack("<Q", content[:8])
        about = json.loads(content[8 : 8 + n])
        change(about)
        lie = json.dumps(about).encode()
        path.write_bytes(struct.pack("<Q", len(lie)) + lie + content[8 + n :])

    return changed


def entry(name: str, **said: Any) -> Change:
    return header(lambda about: about[name].update(said))


def in_place(name: str, make: Callable[[Path], Any]) -> Change:
    """Put something that is no file in a file's place."""

    def changed(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return changed


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write((100).to_bytes(8, "little"))
        file.truncate(3 * 10**9)


NET = "scorer.network.0."
LSTM = f"{NET}embedding.lstm.weight_hh_l0"
ZERO = Path("/dev/zero")
TEXT = "text of at most 10,000 printable characters"
NUMBER = "a number of at most 1e+12"
WHOLE = f"a whole number of at most {2**64}"
LIST, OBJECT = (f"must be {kind} of at most 20,000 entries" for kind in ("a list", "an object"))
DAMAGED = "model.safetensors: cannot be read as arrays of numbers: it is damaged"
SHORTENED = f"'{'x' * 37}...{'x' * 38}'"
WEIGHTS = "embedding.lstm.weight_hh_l0"

CASES: dict[str, tuple[Change, str | None]] = {
    "name is a number": (put("name", 5), f"its config.name is 5: it must be {TEXT}"),
    "name is none": (put("name", None), f"its config.name is None: it must be {TEXT}"),
    "name is a megabyte": (
        put("name", "x" * 1_000_000),
        f"its config.name is {SHORTENED}: it must be {TEXT}",
    ),
    "name moves the cursor": (
        put("name", "a\x1b[2Jb"),
        f"its config.name is 'a\\x1b[2Jb': it must be {TEXT}",
    ),
    "name is half a character": (
        put("name", "\ud800"),
        f"its config.name is '\\ud800': it must be {TEXT}",
    ),
    "backbone is a word": (put("backbone", "motion"), f"its config.backbone {OBJECT}"),
    "backbone without fingerprint": (
        without("backbone", "fingerprint"),
        "its config.backbone lacks fingerprint",
    ),
    "backbone is a number": (
        put("backbone", "name", 7),
        f"its config.backbone.name is 7: it must be {TEXT}",
    ),
    "backbone twice": (
        put("backbone", "name", "motion+motion"),
        "'motion+motion' joins a backbone with itself: name each once",
    ),
    "backbone a hundred thousand times": (
        put("backbone", "name", "motion" + "+motion" * 100_000),
        "its config.backbone.name is 'motion+motion+motion+motion+motion+mo...ion+motion+motion"
        f"+motion+motion+motion': it must be {TEXT}",
    ),
    "fingerprint is a list": (
        put("backbone", "fingerprint", ["motion"]),
        f"its config.backbone.fingerprint is ['motion']: it must be {TEXT}",
    ),
    "clips of 8 frames": (
        put("clips", "n_frames", 8),
        "its clips have 8 frames: backbones read 16",
    ),
    "clips of -16 frames": (
        put("clips", "n_frames", -16),
        "clips of -16 frames with a stride of 16 cannot be cut: both must be from 1 to 1000",
    ),
    "clips of a billion frames": (
        put("clips", "n_frames", 10**9),
        "clips of 1000000000 frames with a stride of 16 cannot be cut: both must be from 1 to 1000",
    ),
    "clips of 16.0 frames": (
        put("clips", "n_frames", 16.0),
        f"its config.clips.n_frames is 16.0: it must be {WHOLE}",
    ),
    "clips of true frames": (
        put("clips", "n_frames", True),
        f"its config.clips.n_frames is True: it must be {WHOLE}",
    ),
    "no stride": (
        put("clips", "stride", 0),
        "clips of 16 frames with a stride of 0 cannot be cut: both must be from 1 to 1000",
    ),
    "a stride of a billion": (
        put("clips", "stride", 10**9),
        "clips of 16 frames with a stride of 1000000000 cannot be cut: both must be from 1 to 1000",
    ),
    "a billion frames a second": (
        put("clips", "frames_per_second", 1e9),
        "clips of 1e+09 frames a second cannot be cut: frames_per_second must be above 0 and up "
        "to 240",
    ),
    "no frames a second": (
        put("clips", "frames_per_second", 0),
        "clips of 0 frames a second cannot be cut: frames_per_second must be above 0 and up to 240",
    ),
    "frames a second in words": (
        put("clips", "frames_per_second", "30"),
        f"its config.clips.frames_per_second is '30': it must be {NUMBER}",
    ),
    "clips with an unknown option": (
        put("clips", "n_rows", 5),
        "its config.clips has 'n_rows', which this version of Podium does not know",
    ),
    "scores that fall": (
        put("score_range", [102.6, 29.7]),
        "its scores range from 102.6 to 29.7: the second must be higher",
    ),
    "scores of words": (
        put("score_range", ["a", "b"]),
        f"its config.score_range[0] is 'a': it must be {NUMBER}",
    ),
    "scores of none": (
        put("score_range", [None, None]),
        f"its config.score_range[0] is None: it must be {NUMBER}",
    ),
    "scores of more than any": (
        put("score_range", [0, 1e300]),
        f"its config.score_range[1] is 1e+300: it must be {NUMBER}",
    ),
    "scores of an object": (put("score_range", {"low": 0}), f"its config.score_range {LIST}"),
    "panel is a word": (
        put("is_panel", "yes"),
        "its config.is_panel is 'yes': it must be true or false",
    ),
    "rule is a number": (put("rule", 5), f"its config.rule is 5: it must be {TEXT}"),
    "panel is a number": (put("is_panel", 1), "its config.is_panel is 1: it must be true or false"),
    "moments are a word": (put("moments", "splash"), f"its config.moments {LIST}"),
    "moments are numbers": (
        put("moments", [1, 2]),
        f"its config.moments[0] is 1: it must be {TEXT}",
    ),
    "moments are lists": (
        put("moments", [["splash"]]),
        f"its config.moments[0] is ['splash']: it must be {TEXT}",
    ),
    "a moment of a megabyte": (
        put("moments", ["x" * 1_000_000]),
        f"its config.moments[0] is {SHORTENED}: it must be {TEXT}",
    ),
    "a hundred thousand moments": (put("moments", ["x"] * 100_000), f"its config.moments {LIST}"),
    "actions are an object": (put("actions", {"107": 1}), f"its config.actions {LIST}"),
    "an action is none": (
        put("actions", [None]),
        f"its config.actions[0] is None: it must be {TEXT}",
    ),
    "evidence without data": (without("evidence", "data"), "its config.evidence lacks data"),
    "evidence of words": (
        put("evidence", "results", ["good"]),
        f"its config.evidence.results {OBJECT}",
    ),
    "trained on half a dive": (
        put("evidence", "n_train", 0.5),
        f"its config.evidence.n_train is 0.5: it must be {WHOLE}",
    ),
    "anchor is a number": (put("anchor", 5), f"its config.anchor {OBJECT}"),
    "anchor without offset": (without("anchor", "offset"), "anchor lacks offset"),
    "anchor a billion frames off": (
        put("anchor", "after", 10**9),
        "anchor.after is 1000000000: it must be a whole number from -1000 to 100000",
    ),
    "anchor of words": (put("anchor", "limit", "4"), f"anchor.limit is '4': it must be {NUMBER}"),
    "anchor without event": (
        put("anchor", "event", ""),
        "anchor.event is empty: it must name an event",
    ),
    "scorer without name": (without("scorer", "name"), "scorer lacks name"),
    "scorer of another kind": (put("scorer", "name", "ridge"), "scorer lacks bias"),
    "scorer by frequency": (
        put("scorer", "name", "frequency_skill"),
        "scorer.options has 'clip_measure', which this version of Podium does not know",
    ),
    "scorer of poses": (put("scorer", "name", "pose_dct"), "scorer lacks bias"),
    "a million clips": (
        put("scorer", "n_clips", 10**6),
        "scorer.n_clips is 1000000: it must be a whole number from 1 to 20000",
    ),
    "no clips": (
        put("scorer", "n_clips", 0),
        "scorer.n_clips is 0: it must be a whole number from 1 to 20000",
    ),
    "half a clip": (
        put("scorer", "n_clips", 2.5),
        "scorer.n_clips is 2.5: it must be a whole number from 1 to 20000",
    ),
    "no biases": (
        put("scorer", "biases", []),
        "scorer.biases or scorer.references is empty: it needs one of each",
    ),
    "too many biases": (
        put("scorer", "biases", [0.0] * 6),
        "the array network.5.embedding.lstm.weight_ih_l0 is missing",
    ),
    "biases are words": (
        put("scorer", "biases", ["0"] * 5),
        f"scorer.biases[0] is '0': it must be {NUMBER}",
    ),
    "no references": (
        put("scorer", "references", []),
        "scorer.biases or scorer.references is empty: it needs one of each",
    ),
    "a reference without id": (
        without("scorer", "references", 0, "id"),
        "scorer.references[0] lacks id",
    ),
    "a reference of a score in words": (
        put("scorer", "references", 0, "score", "97"),
        f"scorer.references[0].score is '97': it must be {NUMBER}",
    ),
    "a reference of unlike times": (
        put("scorer", "references", 0, "end_seconds", [1.0]),
        "the reference '008' has times that do not match its clips",
    ),
    "a reference without times": (
        put("scorer", "references", 0, "start_seconds", []),
        "the reference '008' has times that do not match its clips",
    ),
    "a reference of one clip more": (
        partial(
            with_config,
            change=lambda c: [
                c["scorer"]["references"][0][key].append(9.0)
                for key in ("start_seconds", "end_seconds")
            ],
        ),
        "the array reference.0 is float32 of (5, 2304): it must be float32 of (6, 2304)",
    ),
    "a reference of other features": (
        array("scorer.reference.0", lambda v: v[:, :100]),
        "the array reference.0 is float32 of (5, 100): it must be float32 of (5, 2304)",
    ),
    "no target": (without("scorer", "target"), "scorer lacks target"),
    "a target without difficulties": (
        without("scorer", "target", "overall"),
        "target lacks overall",
    ),
    "no usual difficulty": (
        put("scorer", "target", "overall", "usual", 0),
        "the difficulties of 'all' are not above 0 and in order: "
        "Difficulties(low=2.7, usual=0, high=4.1)",
    ),
    "a difficulty that falls": (
        put("scorer", "target", "by_action", "407", "low", 9.0),
        "the difficulties of '407' are not above 0 and in order: "
        "Difficulties(low=9.0, usual=3.2, high=3.5)",
    ),
    "execution is a word": (
        put("scorer", "target", "uses_execution", "no"),
        "target.uses_execution is 'no': it must be true or false",
    ),
    "options are a list": (put("scorer", "options", []), "scorer.options must be an object"),
    "an unknown option": (
        put("scorer", "options", "n_heads", 5),
        "scorer.options has 'n_heads', which this version of Podium does not know",
    ),
    "an unknown head": (
        put("scorer", "options", "head", "hydra"),
        "scorer.options.head is 'hydra': it must be one of joint, joint_in_order, "
        "query_and_difference, joint_and_clips, in_step",
    ),
    "a head of other inputs": (
        put("scorer", "options", "head", "joint"),
        "the array head.0.weights is float32 of (192,): it must be float32 of (64,)",
    ),
    "another way to combine": (
        put("scorer", "options", "combine", ["sum"]),
        "scorer.options.combine is ['sum']: this Podium knows mean only; train the model again",
    ),
    "an embedding of a billion": (
        put("scorer", "options", "siamese", "n_embedding", 10**9),
        "the array network.0.embedding.lstm.weight_ih_l0 is float32 of (256, 32): it must be "
        "float32 of (4000000000, 32)",
    ),
    "an embedding beyond all numbers": (
        put("scorer", "options", "siamese", "n_embedding", 2**63),
        "the array network.0.embedding.lstm.weight_ih_l0 is float32 of (256, 32): it must be "
        "float32 of (36893488147419103232, 32)",
    ),
    "an embedding of one": (
        put("scorer", "options", "siamese", "n_embedding", 1),
        "the array network.0.embedding.lstm.weight_ih_l0 is float32 of (256, 32): it must be "
        "float32 of (4, 32)",
    ),
    "an embedding of -1": (
        put("scorer", "options", "siamese", "n_embedding", -1),
        "SiameseOptions(n_embedding=-1, n_first=128, n_second=64, "
        "activation='relu', reads_difference=True): sizes must be 1 or more",
    ),
    "a deviation that is not there": (
        put("scorer", "options", "clip_metric", "deviation"),
        "the array deviation.scale is missing",
    ),
    "a billion last clips": (
        put("scorer", "options", "n_last_clips", 10**9),
        "the array last_clips.weights is float64 of (2, 2304): it must be float64 of (1000000000, "
        "2304)",
    ),
    "last clips that give seven times the score": (
        put("scorer", "options", "last_clips_share", 7.0),
        "last_clips_share is 7.0: it must be between 0 and 1, and neither of them",
    ),
    "half a seed": (put("scorer", "seed", 0.5), f"scorer.seed is 0.5: it must be {WHOLE}"),
    "a network less": (
        no_array(LSTM),
        "the array network.0.embedding.lstm.weight_hh_l0 is missing",
    ),
    "a network of doubles": (
        array(LSTM, lambda v: v.astype(np.float64)),
        f"the array network.0.{WEIGHTS} is float64 of (256, 64): it must be float32 of (256, 64)",
    ),
    "a network of bytes": (
        array(LSTM, lambda v: v.astype(np.int8)),
        f"the array network.0.{WEIGHTS} is int8 of (256, 64): it must be float32 of (256, 64)",
    ),
    "a network of halves": (
        array(LSTM, lambda v: v.astype(np.float16)),
        f"the array network.0.{WEIGHTS} is float16 of (256, 64): it must be float32 of (256, 64)",
    ),
    "a network of bf16": (entry(LSTM, dtype="BF16", shape=[256, 128]), DAMAGED),
    "a network that is turned": (
        array(LSTM, lambda v: v.T),
        f"the array network.0.{WEIGHTS} is float32 of (64, 256): it must be float32 of (256, 64)",
    ),
    "a network with a hole": (
        array(LSTM, poisoned(np.nan)),
        f"the array network.0.{WEIGHTS} holds numbers that are not finite",
    ),
    "a network without end": (
        array(LSTM, poisoned(np.inf)),
        f"the array network.0.{WEIGHTS} holds numbers that are not finite",
    ),
    "a network of enormous numbers": (
        array(f"{NET}output.weight", lambda v: np.full_like(v, 3e38)),
        "its scorer gives something that is not a number",
    ),
    "an array more": (
        more_arrays(**{"scorer.network.0.more": np.zeros(3, np.float32)}),
        "the array network.0.more belongs to another network",
    ),
    "arrays of nobody": (
        more_arrays(**{f"x{i}": np.zeros(1, np.float32) for i in range(20_000)}),
        "model.safetensors: holds 20120 arrays, more than 20000",
    ),
    "a few arrays of nobody": (more_arrays(strange=np.zeros((0, 7)), other=np.array([True])), None),
    "a border of 0": (
        array(f"{NET}clip_border", lambda v: v * 0),
        "the array network.0.clip_border must be above 0",
    ),
    "a border below 0": (
        array(f"{NET}clip_border", lambda v: -v),
        "the array network.0.clip_border must be above 0",
    ),
    "a scale of 0": (
        array("scorer.normaliser.scale", poisoned(0)),
        "the array normaliser.scale holds numbers that are not above 0",
    ),
    "a scale below 0": (
        array("novelty.normaliser.scale", poisoned(-1)),
        "the array normaliser.scale holds numbers that are not above 0",
    ),
    "no components": (
        array("scorer.normaliser.components", lambda v: v[:, :0]),
        "the array normaliser.components is float32 of (2304, 0): it must be float32 of "
        "(2304, any)",
    ),
    "fewer components": (
        array("scorer.normaliser.components", lambda v: v[:, :8]),
        "the array network.0.embedding.lstm.weight_ih_l0 is float32 of (256, 32): it must be "
        "float32 of (256, 8)",
    ),
    "features of another length": (
        array("scorer.normaliser.mean", lambda v: v[:100]),
        "the array normaliser.scale is float32 of (2304,): it must be float32 of (100,)",
    ),
    "a head of another length": (
        array("scorer.head.3.weights", lambda v: v[:5]),
        "the array head.3.weights is float32 of (5,): it must be float32 of (192,)",
    ),
    "last clips of another number": (
        array("scorer.last_clips.weights", lambda v: v[:1]),
        "the array last_clips.weights is float64 of (1, 2304): it must be float64 of (2, 2304)",
    ),
    "a bias of two": (
        array("scorer.last_clips.bias", lambda v: np.zeros(2)),
        "the array last_clips.bias is float64 of (2,): it must be float64 of (1,)",
    ),
    "no calibration": (
        no_array("calibration.distances"),
        "the array calibration.distances is missing",
    ),
    "an empty calibration": (
        array("calibration.distances", lambda v: v[:0]),
        "the array calibration.distances is float64 of (0,): it must be float64 of (any,)",
    ),
    "a calibration of zeros": (
        array("calibration.distances", lambda v: v * 0),
        "the array calibration.distances gives a range of width 0",
    ),
    "a calibration below 0": (
        array("calibration.distances", lambda v: v - 1),
        "the array calibration.distances holds numbers that are not 0 or more",
    ),
    "a calibration that falls": (
        array("calibration.distances", lambda v: v[::-1]),
        "the array calibration.distances is not sorted",
    ),
    "a calibration of no numbers": (
        array("calibration.distances", poisoned(np.nan)),
        "the array calibration.distances holds numbers that are not finite",
    ),
    "a calibration in two dimensions": (
        array("calibration.distances", lambda v: v[None]),
        "the array calibration.distances is float64 of (1, 300): it must be float64 of (any,)",
    ),
    "a calibration of one number": (
        array("calibration.distances", lambda v: v[-1:]),
        "the array calibration.groups is int64 of (300,): it must be int64 of (1,)",
    ),
    "a group for each number of a calibration": (
        array("calibration.groups", lambda v: np.arange(300)),
        None,
    ),
    "places of another length": (
        array("novelty.places", lambda v: v[:, :5]),
        "the array novelty.places is float32 of (3775, 5): it must be float32 of (any, 48)",
    ),
    "places that lack": (
        array("novelty.places", lambda v: v[:5]),
        "the array novelty.distances is float32 of (3775,): it must be float32 of (5,)",
    ),
    "distances without end": (
        array("novelty.distances", poisoned(np.inf)),
        "the array novelty.distances holds numbers that are not finite",
    ),
    "an order of other components": (
        array("order.weights", lambda v: v[:3]),
        "the array order.weights is float64 of (3, 6): it must be float64 of (24, any)",
    ),
    "an order of other places": (
        array("order.offsets", lambda v: v[:3]),
        "the array order.offsets is float64 of (3,): it must be float64 of (6,)",
    ),
    "an order without threshold": (
        no_array("order.threshold"),
        "the array order.threshold is missing",
    ),
    "no order": (no_array("order.weights"), None),
    "kinds of other features": (
        partial(
            with_arrays,
            change=lambda arrays: arrays.update(
                {
                    key: arrays[key][:9]
                    for key in list(arrays)
                    if key.startswith("kinds.normaliser.")
                }
            ),
        ),
        "the array normaliser.mean is float32 of (9,): it must be float32 of (2304,)",
    ),
    "kinds of other places": (
        array("kinds.weights", lambda v: v[:9]),
        "the array kinds.weights is float64 of (9, 15): it must be float64 of (384, any)",
    ),
    "kinds without a threshold": (
        array("kinds.threshold", lambda v: v[:0]),
        "the array kinds.threshold is float64 of (0,): it must be float64 of (1,)",
    ),
    "turns that are too few": (
        array("anchor.turns.weights", lambda v: np.ascontiguousarray(v[:, :2])),
        "the array anchor.turns.weights is float64 of (344, 2): it must be float64 of (344, 4)",
    ),
    "turns without offsets": (
        array("anchor.turns.offsets", lambda v: v[:1]),
        "the array anchor.turns.offsets is float64 of (1,): it must be float64 of (4,)",
    ),
    "actions with too few names": (
        array("kinds.names", lambda v: v[:7]),
        "the array kinds.names holds 2 names: it must be 15",
    ),
    "actions whose names steer a terminal": (
        array("kinds.names", lambda v: np.full(3, 27, np.uint8)),
        r"kinds.names[0] is '\x1b\x1b\x1b': it must be text of at most 10,000 printable characters",
    ),
    "an anchor of other features": (
        array("anchor.weights", lambda v: v[:9]),
        "the array anchor.weights is float64 of (9,): it must be float64 of (344,)",
    ),
    "an anchor of single precision": (
        array("anchor.weights", lambda v: v.astype(np.float32)),
        "the array anchor.weights is float32 of (344,): it must be float64 of (344,)",
    ),
    "a shape beyond the file": (entry(LSTM, shape=[2**40, 64]), DAMAGED),
    "a shape beyond all numbers": (entry(LSTM, shape=[2**40, 2**40]), DAMAGED),
    "a shape below 0": (entry(LSTM, shape=[-256, -64]), DAMAGED),
    "data outside the file": (entry(LSTM, data_offsets=[10**9, 10**9 + 65536]), DAMAGED),
    "another's data": (
        header(
            lambda about: about[LSTM].update(
                data_offsets=about[f"{NET}first.weight"]["data_offsets"]
            )
        ),
        DAMAGED,
    ),
    "a kind of nobody": (entry(LSTM, dtype="F128"), DAMAGED),
    "a header of a list": (raw("model.safetensors", struct.pack("<Q", 4) + b"[[]]"), DAMAGED),
    "a header longer than the file": (
        raw("model.safetensors", struct.pack("<Q", 2**62) + b"{}"),
        "model.safetensors: its header promises 4,611,686,018,427,387,904 bytes: it is damaged",
    ),
    "a header of 9 megabytes": (
        raw("model.safetensors", struct.pack("<Q", 9_000_000) + b" " * 9_000_000),
        "model.safetensors: its header promises 9,000,000 bytes: it is damaged",
    ),
    "a header that is not text": (
        raw("model.safetensors", struct.pack("<Q", 4) + b"\xff\xff\xff\xff"),
        DAMAGED,
    ),
    "nothing but a header": (
        raw("model.safetensors", struct.pack("<Q", 2) + b"{}"),
        "the array normaliser.mean is missing",
    ),
    "arrays are a pipe": (
        in_place("model.safetensors", os.mkfifo),
        "model.safetensors: is not a regular file: give a file",
    ),
    "arrays are a folder": (
        in_place("model.safetensors", Path.mkdir),
        "model.safetensors: is not a regular file: give a file",
    ),
    "arrays without end": (
        in_place("model.safetensors", lambda path: path.symlink_to(ZERO)),
        "model.safetensors: is not a regular file: give a file",
    ),
    "arrays of nothing": (
        in_place("model.safetensors", lambda path: path.symlink_to(os.devnull)),
        "model.safetensors: is not a regular file: give a file",
    ),
    "arrays of gigabytes": (
        in_place("model.safetensors", sparse),
        "model.safetensors: has 3,000,000,000 bytes, more than the 500,000,000 allowed",
    ),
}

LITERAL = "is not valid JSON ({} is not a number in JSON)"

CONFIGS: dict[str, tuple[Change, str]] = {
    "a number that is none": (put("is_panel", float("nan")), LITERAL.format("NaN")),
    "a number without end": (put("score_range", [0, float("inf")]), LITERAL.format("Infinity")),
    "a number below all": (put("scorer", "biases", [float("-inf")]), LITERAL.format("-Infinity")),
    "lists in lists": (
        put("evidence", "results", json.loads("[" * 100 + "]" * 100)),
        "is not valid JSON (nested too deeply)",
    ),
    "lists in lists in lists": (
        raw("config.json", b"[" * 200_000),
        "is not valid JSON (nested too deeply)",
    ),
    "five megabytes": (
        text(lambda written: written + " " * 5_000_000),
        "has more than the 4,000,000 bytes allowed: give a smaller file",
    ),
    "a list": (raw("config.json", b"[1]"), "it has no format"),
    "a word": (raw("config.json", b'"format"'), "it has no format"),
    "no format": (without("format"), "it has no format"),
    "a pipe": (in_place("config.json", os.mkfifo), "is not a regular file: give a file"),
    "a device": (
        in_place("config.json", lambda path: path.symlink_to(ZERO)),
        "is not a regular file: give a file",
    ),
    "a folder": (in_place("config.json", Path.mkdir), "is not a regular file: give a file"),
    "nothing": (in_place("config.json", lambda path: None), "No such file or directory"),
}

FORMATS = [True, 1.0, "1", None, [1], 2**70, {"format": 1}]


def whole_model(reason: str) -> str:
    return f"is not a complete model ({reason}): train it again, or copy the folder again"


@pytest.fixture(scope="module")
def dive(tmp_path_factory) -> Path:
    """A rendered dive, small but whole."""
    path = tmp_path_factory.mktemp("dive") / "dive.mp4"
    shown = stage("407", {}, 3, SimulationOptions())
    write_video(path, shown.frames(), shown.options.frames_per_second)
    return path


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> FeatureCache:
    return FeatureCache(tmp_path_factory.mktemp("features"))


@pytest.fixture
def model(tmp_path) -> Path:
    return copied(tmp_path / "model")


def require_numbers(judge: Assessor, dive: Path) -> None:
    """Score a dive, and look at every number of the answer."""
    answer = judge.assess(dive, action="407", difficulty=3.2).to_json()
    json.dumps(answer, allow_nan=False)
    assert answer["low_if_trusted"] <= answer["score_if_trusted"] <= answer["high_if_trusted"]


def test_the_model_that_is_spoilt_is_whole(model, dive, cache):
    require_numbers(podium.load(model, cache=cache), dive)


def test_there_are_many_ways():
    assert len(CASES) + len(CONFIGS) >= 140


@pytest.mark.parametrize("case", CASES)
def test_a_model_that_is_spoilt_is_refused_or_scores(case, model, dive, cache):
    spoil, reason = CASES[case]
    spoil(model)
    if reason is None:
        require_numbers(podium.load(model, cache=cache), dive)
        return
    with pytest.raises(ModelError) as caught:
        load_model(model)
    assert str(caught.value) == f"{model}: {whole_model(reason)}"


@pytest.mark.parametrize("case", CONFIGS)
def test_a_config_that_cannot_be_read_is_refused(case, model):
    spoil, reason = CONFIGS[case]
    spoil(model)
    for read in (load_model, summarise):
        with pytest.raises(ModelError) as caught:
            read(model)
        assert str(caught.value) == (
            f"{model / 'config.json'}: is missing or not a model's config ({reason}): "
            "train the model again, or copy the folder again"
        )


@pytest.mark.parametrize("version", FORMATS, ids=str)
def test_a_format_is_a_whole_number(model, version):
    put("format", version)(model)
    with pytest.raises(ModelError) as caught:
        load_model(model)
    shown = "1180591620717411303424" if version == 2**70 else repr(version)
    assert str(caught.value) == (
        f"{model / 'config.json'}: has format {shown} and this Podium reads 1: "
        "train the model again with this version"
    )


@pytest.mark.parametrize("literal", ["1e999", "-1e999", "9" * 400, "9" * 5_000])
def test_a_number_that_is_too_large_is_refused(model, literal):
    text(lambda written: written.replace("102.6", literal))(model)
    with pytest.raises(ModelError):
        load_model(model)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (put("actions", [None]), f"its config.actions[0] is None: it must be {TEXT}"),
        (put("actions", 5), f"its config.actions {LIST}"),
        (put("evidence", {}), "its config.evidence lacks data, n_train, seed, results"),
        (put("evidence", "data", 7), f"its config.evidence.data is 7: it must be {TEXT}"),
    ],
)
def test_what_a_model_says_of_itself_is_read_with_the_same_care(model, how, reason, capsys):
    how(model)
    with pytest.raises(ModelError) as caught:
        summarise(model)
    assert str(caught.value) == f"{model}: {whole_model(reason)}"
    assert run(["list", "actions", "--model", str(model)]) == 3
    assert capsys.readouterr() == ("", f"podium: {model}: {whole_model(reason)}\n")


def test_a_spoilt_model_is_one_line_and_exit_code_3(model, dive, capsys):
    array(LSTM, poisoned(np.nan))(model)
    assert run(["score", str(dive), "--model", str(model)]) == 3
    reason = f"the array network.0.{WEIGHTS} holds numbers that are not finite"
    assert capsys.readouterr() == ("", f"podium: {model}: {whole_model(reason)}\n")


def test_numbers_that_overflow_in_scoring_are_no_score(model, dive, cache):
    array("scorer.last_clips.weights", lambda v: np.full_like(v, 1.7e308))(model)
    judge = podium.load(model, cache=cache)
    message = (
        "the model diving cannot score this video (its answer is not a number): train it again, "
        "or copy its folder again"
    )
    with pytest.raises(ModelError) as caught:
        judge.assess(dive, action="407", difficulty=3.2)
    assert str(caught.value) == message


def test_another_rate_is_held_to_a_limit(model, dive, monkeypatch):
    put("clips", "frames_per_second", 240)(model)
    monkeypatch.setattr("podium.video.layout.MAX_SHOWN_FRAMES", 500)
    with pytest.raises(VideoError) as caught:
        podium.load(model).assess(dive, action="407", difficulty=3.2)
    assert re.fullmatch(
        rf"{re.escape(str(dive))}: shown 240 times a second, \d s are more than 500 frames: cut "
        "the performance out of it first, or bound it in a table by start_frame and end_frame",
        str(caught.value),
    )


def test_looking_at_such_a_video_says_why_it_would_not_be_used(make_video, monkeypatch, capsys):
    monkeypatch.setattr("podium.video.layout.MAX_SHOWN_FRAMES", 50)
    path = make_video("slow.mp4", 20, frames_per_second=10)
    assert run(["inspect", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["frames"], found["used_frames"]) == (None, 0)
    assert found["warnings"] == [
        "shown 30 times a second, 2 s are more than 50 frames: cut the performance out of it "
        "first, or bound it in a table by start_frame and end_frame"
    ]


def test_clips_that_overlap_take_no_memory(monkeypatch):
    pixels = np.arange(300 * 4 * 5 * 3, dtype=np.uint8).reshape(300, 4, 5, 3)
    frames = Frames(pixels, np.arange(300) / 30, 10.0, np.arange(300), 300)
    clips = cut(frames, ClipOptions(stride=1))
    assert np.shares_memory(clips.pixels, pixels)
    wanted = [pixels[start : start + 16] for start in range(285)]
    np.testing.assert_array_equal(clips.pixels, np.stack(wanted))
    monkeypatch.setattr("podium.video.clips.MAX_CLIPS", 284)
    with pytest.raises(VideoError) as caught:
        cut(frames, ClipOptions(stride=1))
    assert str(caught.value) == (
        "300 frames make 285 clips, more than the 284 allowed: cut the performance out of it first"
    )


# training


def test_what_a_stopped_training_left_is_read_with_the_same_care(tmp_path):
    path = tmp_path / "fold-0.json"
    for content in ("[1.0, 2]", " [1, 2.5] "):
        path.write_text(content)
        assert left_out._read_fold(path, 2) == json.loads(content)
    bad = [
        "[1]",
        "[1, NaN]",
        '[1, "2"]',
        "[1, 1e999]",
        "[1, true]",
        "[1, [2]]",
        "3",
        "{}",
        '{"a": 1, "b": 2}',
    ]
    for content in bad:
        path.write_text(content)
        assert left_out._read_fold(path, 2) is None
    for make in (os.mkfifo, Path.mkdir, lambda path: path.symlink_to(ZERO)):
        path = tmp_path / f"{path.name}x"
        make(path)
        assert left_out._read_fold(path, 2) is None
    assert left_out._read_fold(tmp_path / "none", 2) is None


def test_a_range_of_width_0_is_not_trained(make_sample):
    samples = [make_sample(f"s{i}", score=50.0, action="a", difficulty=2.0) for i in range(12)]
    judging = Judging(samples, np.ones(12), "constant")
    with pytest.raises(TrainingError) as caught:
        judging.calibration(LeftOut(np.full(12, 50.0), [np.arange(12)], [""] * 12))
    assert str(caught.value) == (
        "performances that were left out were predicted without any error, so no range can be "
        "learned: give performances whose scores differ, and each of them once"
    )


def test_what_no_model_may_read_is_not_trained_on(make_sample):
    samples = [make_sample(f"s{i}", n_clips=20_001 if i == 3 else 4) for i in range(12)]
    with pytest.raises(TrainingError) as caught:
        training_lesson._require_enough(samples, Extraction(tuple(samples)))
    assert str(caught.value) == (
        "a performance has 20001 clips, more than the 20000 that a model may read: leave it out, "
        "or give a part of it"
    )
