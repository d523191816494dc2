"""What Podium answers about a few dives that it renders itself, and the file where that is kept.

    OMP_NUM_THREADS=1 .venv/bin/python tests/recorded/outputs.py

records anew. Do so where a change is meant to change answers, and read the difference that it makes
in `outputs.json` before you commit it.
"""

import csv
import hashlib
import io
import json
import math
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from podium import _catalog
from podium.backbones import make_backbone
from podium.cli.commands import run
from podium.datasets.manifest import Manifest
from podium.datasets.simulated import Simulated
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.features.values import Sample
from podium.metric.learning import LearningOptions
from podium.metric.pairs import PairOptions
from podium.performance import Performance
from podium.scorers.ensemble import Ensemble, EnsembleOptions
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions
from podium.simulation import SimulationOptions, simulate
from podium.training import TrainingOptions, hide_labels, train_model

RECORDED = Path(__file__).with_name("outputs.json")

PROGRESS = re.compile(r".+: \d+ of \d+(, about .+ left)?")
"""How far work is, and for how long it will go on, is only said by a machine that is not fast."""

Tolerance = tuple[float, float]
"""How far a number may be from the recorded one: as a share of it, or if it is small, in all."""

HERE: Tolerance = (1e-5, 1e-12)
ELSEWHERE: Tolerance = (2e-3, 1e-4)
"""Without a processor's wide instructions, a cost of 0.0118 points came out as 0.0117920."""

DIVES = SimulationOptions(n_performances=28, width=80, height=64, seed=2, numbers=("107B", "407C"))
N_TEST = 5
LEARNING = SiameseLSTMOptions(
    n_networks=1,
    learning=LearningOptions(n_epochs=4, batch_size=64),
    pairs=PairOptions(threshold=10.0, n_similar=60, n_dissimilar=60),
)
"""Enough to learn from a dozen dives in seconds, and kept apart from the options of other tests."""

RECIPES: Mapping[type, Callable[[], Any]] = {
    SiameseLSTM: lambda: SiameseLSTM(LEARNING, seed=2),
    Ensemble: lambda: Ensemble(EnsembleOptions(("ridge", "gap_regression")), seed=2),
}
"""Of the others none takes longer than a few seconds as it is."""


def made_with() -> dict[str, str]:
    """Name what the last digits of a number, and so the bytes of a trained model, depend on."""
    versions = {name: version(name).split("+")[0] for name in ("torch", "numpy", "scikit-learn")}
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "processor": f"{processor()}, {torch.backends.cpu.get_cpu_capability()}",
        "threads": os.environ.get("OMP_NUM_THREADS", "any number"),
        **versions,
    }


def processor() -> str:
    """The maker, family and model of this machine's processor, where the system says so."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    said = dict(tuple(map(str.strip, line.split(":", 1))) for line in lines if ":" in line)
    return " ".join(said.get(name, "") for name in ("vendor_id", "cpu family", "model"))


def make(folder: Path) -> dict[str, Any]:
    """Ask for everything that is recorded, in an empty folder; this takes two minutes."""
    os.environ |= {"PODIUM_CACHE": str(folder / "cache"), "COLUMNS": "100"}
    torch.set_num_threads(1)
    made: dict[str, Any] = {}
    for name, answer in CASES.items():
        made[name] = answer(folder)
    fitted = made["scorers"].items()
    made["digests of scorers"] = {name: digest for name, (_, digest) in fitted}
    made["scorers"] = {name: predictions for name, (predictions, _) in fitted}
    return made


def rendered(folder: Path) -> dict[str, str]:
    """Render dives with their table, some of them to be predicted; give each file's digest."""
    table = Simulated(folder / "dives", DIVES).render()
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    for number, row in enumerate(rows):
        row["split"] = "test" if number < N_TEST else "train"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    table.write_text(text.getvalue())
    files = [table, *sorted((folder / "dives" / "videos").iterdir())]
    return {path.name: digest(path.read_bytes()) for path in files}


def demo(folder: Path) -> list[str]:
    """What `podium demo` prints."""
    return said(folder, "demo", "--out", folder / "demo")


def inspected(folder: Path) -> Any:
    """What is known of a video before anybody looks at what it shows."""
    return told(folder, "inspect", folder / "demo" / "dive.mp4")


def scored(folder: Path) -> Any:
    """A score beside a reference, by the model that learned from rendered dives."""
    dive, expert = folder / "demo" / "dive.mp4", folder / "demo" / "expert.mp4"
    known = ("--action", "407", "--difficulty", "3.2", "--model", "simulated")
    return told(folder, "score", dive, "--reference", expert, *known)


def doubted(folder: Path) -> Any:
    """A score by the model of real dives, which has reason to doubt it."""
    return told(folder, "score", folder / "demo" / "dive.mp4", "--model", "diving")


def compared(folder: Path) -> Any:
    """How alike two dives are, moment by moment."""
    dive, expert = folder / "demo" / "dive.mp4", folder / "demo" / "expert.mp4"
    return told(folder, "compare", dive, expert, "--model", "simulated")


def trained(folder: Path) -> dict[str, str]:
    """The digests of the files of a model, learned with a fixed seed."""
    performances = Manifest(folder / "dives" / "metadata.csv").performances()
    options = TrainingOptions(scorer_options=LEARNING, seed=2, description="rendered dives")
    cache = FeatureCache(folder / "cache" / "features")
    train_model(performances, folder / "model", options, cache=cache)
    return {path.name: digest(path.read_bytes()) for path in sorted((folder / "model").iterdir())}


def predicted(folder: Path) -> dict[str, Any]:
    """The table that `podium predict` writes, by the model just learned."""
    out = folder / "predictions.csv"
    table = folder / "dives" / "metadata.csv"
    model = ("--model", folder / "model")
    lines = said(folder, "predict", table, "--split", "test", "--out", out, *model)
    rows = csv.DictReader(io.StringIO(out.read_text()))
    return {"said": lines, "rows": [{k: number_in(v) for k, v in row.items()} for row in rows]}


def evaluated(folder: Path) -> dict[str, Any]:
    """How good those predictions are, in words and in numbers."""
    words = ("evaluate", folder / "predictions.csv", folder / "dives" / "metadata.csv")
    return {"said": said(folder, *words), "json": told(folder, *words)}


def cached(folder: Path) -> list[str]:
    """The keys under which features are kept."""
    files = (folder / "cache" / "features").rglob("*.safetensors")
    return sorted(path.relative_to(folder / "cache").as_posix() for path in files)


def scorers(folder: Path) -> dict[str, Any]:
    """What every scorer predicts after a small training, and the digest of what it learned."""
    performances = Manifest(folder / "dives" / "metadata.csv").performances()
    joints = {one.id: one.landmarks() for one in simulate(DIVES)}
    posed = [with_joints(p, folder / f"{p.id}.npy", joints[p.id]) for p in performances]
    extractor = Extractor(make_backbone("motion"), cache=FeatureCache())
    samples = {"clips": extract(performances, extractor).samples}
    samples["keypoints"] = extract(posed, extractor).samples
    names = _catalog.names("podium.scorers")
    kinds = {name: _catalog.find("podium.scorers", name) for name in names}
    return {
        name: of_scorer(kind, samples.get(getattr(kind, "reads", "clips"), samples["clips"]))
        for name, kind in kinds.items()
    }


def with_joints(performance: Performance, path: Path, joints: Any) -> Performance:
    """The same dive as a file of its diver's joints, which the simulation knows."""
    np.save(path, joints.astype(np.float32))
    return replace(performance, path=path, phases=())


def of_scorer(kind: Any, samples: Sequence[Sample]) -> tuple[list[float], str]:
    """What it predicts of dives that it has not seen, and the digest of what it learned."""
    scorer = RECIPES[kind]() if kind in RECIPES else kind(seed=2)
    scorer.fit(samples[N_TEST:])
    may_ask_judges = getattr(kind, "reads", "clips") == "judges"
    shown = [s if may_ask_judges else hide_labels(s) for s in samples[:N_TEST]]
    predictions = [float(value) for value in scorer.predict(shown)]
    arrays = scorer.state().arrays
    learned = (repr((k, v.dtype.str, v.shape)).encode() + v.tobytes() for k, v in arrays.items())
    return predictions, digest(b"".join(sorted(learned)))


CASES: Mapping[str, Callable[[Path], Any]] = {
    "rendered": rendered,
    "demo": demo,
    "inspect": inspected,
    "score": scored,
    "score with doubts": doubted,
    "compare": compared,
    "train": trained,
    "predict": predicted,
    "evaluate": evaluated,
    "scorers": scorers,
    "cache": cached,
}
"""In the order in which they are asked for: each may use the files that those before it left."""


def said(folder: Path, *words: object) -> list[str]:
    """The lines that a command prints, without the folder's own name and what a clock says."""
    lines = without(folder, "".join(printed(*words))).splitlines()
    return [line for line in lines if not PROGRESS.fullmatch(line)]


def told(folder: Path, *words: object) -> Any:
    """The JSON that a command prints; what it says beside that may hang on what is installed."""
    return json.loads(without(folder, printed(*words, "--json")[0]))


def printed(*words: object) -> tuple[str, str]:
    """What a command prints on standard output, and on standard error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(word) for word in words])
    assert code == 0, err.getvalue()
    return out.getvalue(), err.getvalue()


def without(folder: Path, text: str) -> str:
    return text.replace(str(folder.resolve()), "FOLDER").replace(str(folder), "FOLDER")


def number_in(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def rounded(value: Any) -> Any:
    """The same with seven digits a number: what is beyond them differs between processors."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


def differences(wanted: Any, found: Any, tolerance: Tolerance, where: str = "") -> Iterator[str]:
    """Say in what two answers differ: a line each, with the way to it."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        pairs: Iterable[Any] = ((k, wanted.get(k), found.get(k)) for k in {**wanted, **found})
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = ((n, *both) for n, both in enumerate(zip(wanted, found, strict=True)))
    elif not alike(wanted, found, tolerance):
        yield f"{where}: {found!r}, recorded as {wanted!r}"
        return
    else:
        return
    for name, one, other in pairs:
        yield from differences(one, other, tolerance, f"{where}/{name}")


def alike(wanted: Any, found: Any, tolerance: Tolerance) -> bool:
    """Whether two plain values are the same; two numbers with a fraction nearly the same."""
    if isinstance(wanted, float) and isinstance(found, float):
        return math.isclose(wanted, found, rel_tol=tolerance[0], abs_tol=tolerance[1])
    return type(wanted) is type(found) and wanted == found


def record() -> None:
    """Write what is answered now to `outputs.json`."""
    with tempfile.TemporaryDirectory() as folder:
        made = {"made with": made_with(), **rounded(make(Path(folder)))}
    RECORDED.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{RECORDED}: recorded", file=sys.stderr)


if __name__ == "__main__":
    record()
