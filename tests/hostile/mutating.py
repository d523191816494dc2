"""Loads mutated models, one after the other, in a process that can be limited and listened to.

python -m hostile.mutating WHICH SEED N FOLDER, in the folder of the tests; WHICH is config or
arrays. It prints one line of JSON a mutation, and ends at once with 97 where something is imported
that a mutation named, or a program or an address is opened.
"""

import json
import os
import random
import resource
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import podium
from podium.errors import Bug, PodiumError
from podium.features.extraction import FeatureCache
from podium.keypoints import Layout
from podium.model import shipped_models
from podium.performance import Performance

from .strangers import copied

PLANTED = "planted_by_a_mutation"
MORE_MEMORY = 2_000_000_000
"""How much more than after the first model there may be."""

N_OF_NO_USE = 97

VALUES: tuple[Any, ...] = (
    None, True, False, "", "x", [], {}, [[]], [None], {"a": 1}, 0, 1, -1, 2, 7, 0.5, -0.0, 1e-300,
    10**3, 10**5, 10**6, 10**9, 2**31, 2**63, 2**64, 10**30, 1e12, 1e300, float("nan"),
    float("inf"), "nan", "1", "x" * 9_000, "x" * 1_000_000, ["x"] * 30_000, "\x1b[2J", "\ud800",
    "../../x", "/dev/zero", f"{PLANTED}:Part", f"motion+{PLANTED}:Part", f"{PLANTED}.more:Part",
    "lib2to3.__main__:s", "ridge", "c3d_svr", "pose_dct", "motion+posture", "motion+motion",
    "joint", "joint_and_clips", "deviation", "both", "nearest", "constant", "sigmoid", "linear",
)  # fmt: skip


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    """End where a mutation had its way."""
    named = event == "import" and str(arguments[0]).startswith((PLANTED, "lib2to3"))
    if named or event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.fork")):
        os.write(2, f"{event} {arguments!r}\n".encode())
        os._exit(N_OF_NO_USE)


def places(plain: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the way to every value."""
    entries = plain.items() if isinstance(plain, dict) else enumerate(plain)
    found = []
    for key, value in entries:
        found.append((*way, key))
        if isinstance(value, dict | list):
            found += places(value, (*way, key))
    return found


def mutated_config(content: bytes, draw: random.Random) -> bytes:
    """Change one to three values, or bytes of the text."""
    if draw.random() < 0.15:
        return flipped(content, draw)
    config = json.loads(content)
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        *names, key = draw.choice(places(config))
        inner = config
        for name in names:
            inner = inner[name]
        _change(inner, key, draw)
    return json.dumps(config).encode("utf-8", "surrogatepass")


def _change(inner: Any, key: Any, draw: random.Random) -> None:
    what = draw.random()
    if what < 0.1:
        del inner[key]
    elif what < 0.2 and isinstance(inner[key], int | float):
        inner[key] *= draw.choice((-1, 0.001, 10, 1_000, 10**6))
    elif what < 0.25 and isinstance(inner, list):
        inner.extend(inner[:1] * draw.choice((1, 100, 10_000)))
    elif what < 0.3 and isinstance(inner, dict):
        inner[draw.choice(("more", "n_more", ""))] = draw.choice(VALUES)
    else:
        inner[key] = draw.choice(VALUES)


def flipped(content: bytes, draw: random.Random, first: int = 0, stop: int | None = None) -> bytes:
    """Flip bits of one to a few dozen bytes."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8, 40))):
        changed[draw.randrange(first, stop or len(content))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def mutated_arrays(content: bytes, draw: random.Random) -> bytes:
    """Change the header, numbers, or the length of a file of arrays."""
    (n,) = struct.unpack("<Q", content[:8])
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: flipped(content, draw, 0, 8),
        lambda: flipped(content, draw, 8, 8 + n),
        lambda: flipped(content, draw, 8 + n),
        lambda: flipped(content, draw, 8 + n),
        lambda: content[: draw.randrange(len(content))],
        lambda: content + bytes(draw.choice((1, 8, 10_000))),
        lambda: _with_header(content, n, draw),
        lambda: _with_header(content, n, draw),
        lambda: _with_number(content, n, draw),
        lambda: _with_number(content, n, draw),
    )
    return draw.choice(ways)()


def _with_header(content: bytes, n: int, draw: random.Random) -> bytes:
    header = json.loads(content[8 : 8 + n])
    name = draw.choice([key for key in header if key != "__metadata__"])
    what = draw.randrange(5)
    if what == 0:
        header[name]["dtype"] = draw.choice(("F64", "F16", "BF16", "I64", "I8", "BOOL", "F9", 5))
    elif what == 1:
        shape = header[name]["shape"]
        shape[draw.randrange(len(shape))] = draw.choice((0, 1, 2**31, 2**63, -1, 0.5, "1", None))
    elif what == 2:
        header[name]["data_offsets"] = draw.choice(([0, 0], [0, 2**63], [-4, 0], [8, 4], "x", []))
    elif what == 3:
        other = draw.choice(list(header))
        header[name], header[other] = header[other], header[name]
    else:
        header[draw.choice(("x", "scorer.network.0.more", "__metadata__"))] = header.pop(name)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + n :]


def _with_number(content: bytes, n: int, draw: random.Random) -> bytes:
    """Put odd numbers where numbers are, at a place that is aligned for both sizes of them."""
    kind, changed = draw.choice(("<f4", "<f8")), bytearray(content)
    for _ in range(draw.choice((1, 5, 1_000))):
        place = 8 + n + 8 * draw.randrange((len(content) - 8 - n) // 8)
        value = draw.choice((np.nan, np.inf, -np.inf, 0.0, -1.0, 1e38, -1e38, 1e-45))
        changed[place : place + int(kind[2])] = np.array(value, kind).tobytes()
    return bytes(changed)


def outcome(folder: Path, features: Path, cache: FeatureCache) -> str:
    """Load a model and, where it can, score and compare; say in a word what came of it."""
    stage = "load"
    try:
        judge = podium.load(folder, cache=cache)
        stage = "assess"
        layout = Layout.of(judge.model.reads)
        asked = Performance("", features, kind=layout.kind if layout else None)
        answers = [judge.assess(asked, difficulty=3.2)]
        if layout is None:  # what scores joints compares with nobody
            answers.append(judge.compare(features, features))
        for answer in answers:
            json.dumps(answer.to_json(), allow_nan=False)
    except Bug:
        raise
    except PodiumError as error:
        if len(str(error)) > 20_000 or error.exit_code not in (2, 3):
            raise
        return f"{stage} {type(error).__name__}"
    return "scored"


OF_VIDEOS = "exercises_push_ups"
"""Its networks do not ship; what it holds is what the other models of exercises hold."""


def whole(name: str, place: Path) -> tuple[Path, Path]:
    """Copy a model that ships, beside features that it reads."""
    folder, features = copied(place / name, name), place / f"{name}.npy"
    model = podium.load(folder).model
    layout = Layout.of(model.reads)
    dim = len(model.witnesses.novelty.normaliser.mean)
    shape = (96, layout.n_joints, layout.n_dims) if layout else (6, dim)
    np.save(features, np.random.default_rng(0).random(shape, np.float32))
    return folder, features


def main(which: str, seed: str, n: str, place: str) -> None:
    """Try so many mutations of each model in turn; each is drawn from the seed and its number."""
    models = [whole(name, Path(place)) for name in shipped_models() if name != OF_VIDEOS]
    name, mutate = {
        "config": ("config.json", mutated_config),
        "arrays": ("model.safetensors", mutated_arrays),
    }[which]
    contents = [(folder / name).read_bytes() for folder, _ in models]
    cache = FeatureCache(Path(place) / "cache")
    for folder, features in models:
        assert outcome(folder, features, cache) == "scored"
    sys.addaudithook(listen)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + MORE_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for number in range(int(n)):
        folder, features = models[number % len(models)]
        content = contents[number % len(models)]
        (folder / name).write_bytes(mutate(content, random.Random(f"{seed}-{which}-{number}")))
        began = time.process_time()
        try:
            what = outcome(folder, features, cache)
        except Exception as error:
            what = f"broken {type(error).__name__}: {error}"[:2_000]
        seconds = time.process_time() - began
        print(json.dumps({"number": number, "what": what, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
