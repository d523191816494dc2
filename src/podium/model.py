"""A trained model as a folder: config.json, model.safetensors and a card; never a pickle."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from podium import _catalog
from podium.backbones import Backbone, make_backbone
from podium.errors import (
    ForeignPart,
    MissingExtra,
    MissingFile,
    ModelError,
    PodiumError,
    UnknownName,
    UnusableFile,
    WeightsError,
)
from podium.evaluation.calibration import Calibration
from podium.evaluation.evidence import Evidence
from podium.evaluation.labelling import Labelling
from podium.examination.kept import KeptExpert, read_experts, write_experts
from podium.features.event import Anchor
from podium.features.extraction import Extractor, FeatureCache
from podium.features.given import reading
from podium.features.values import Features
from podium.inputs.saved import MAX_BYTES, Arrays, part_of, read_arrays, record_of, shown, values_of
from podium.judging import ScoringRule, find_rule
from podium.keypoints import Layout
from podium.machine.files import read_json, write_bytes
from podium.machine.hub import PREFIX, HubFolder, kept_if_usable
from podium.scorers import Scorer, ScorerState
from podium.scorers._tried import require_score
from podium.video.clips import ClipOptions
from podium.witnesses import Witnesses

FORMAT = 1
ARRAYS = "model.safetensors"

OTHERS = "scores"
"""The folder of what gives other scores, in a folder each."""

MAX_SCORES = 20
"""A performance has no more scores beside the first than so many."""

PANEL = "diving"
"""The rule that models mean that say `is_panel` only."""

MAX_CONFIG_BYTES = 4_000_000
"""How large the config of a model may be."""

SHIPPED = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Model:
    """Everything that turns a video into an assessment.

    `backbone_name` and `scorer_name` are what the catalogue finds them by.
    `score_range` is the lowest and highest score seen in training; `moments` names what happens
    in each clip, counted so that the last name is the last clip's; `rule` is the rule of the sport
    that its scores follow, where one is known.
    """

    name: str
    backbone_name: str
    scorer_name: str
    backbone: Backbone
    clip_options: ClipOptions
    scorer: Scorer
    calibration: Calibration
    witnesses: Witnesses
    score_range: tuple[float, float]
    rule: ScoringRule | None
    moments: tuple[str, ...]
    actions: tuple[str, ...]
    evidence: Evidence
    anchor: Anchor | None = None
    labelling: Labelling | None = None
    """How a class is named by what the scorer says, where it was trained on two classes."""

    reads: str = ""
    """The fingerprint of the features that it learned from; "" in models that do not say."""
    experts: Mapping[str, KeptExpert] = field(default_factory=dict, repr=False)
    """What is kept of those references whose videos do not ship, by id."""

    scores: "Mapping[str, Model]" = field(default_factory=dict, repr=False)
    """What gives the other scores that performances have, by their names."""

    headline: str = ""
    """The name of its own score where that is one of several; "" where it is just the score."""

    def extractor(self, cache: FeatureCache | None = None) -> Extractor:
        """Return what makes the features that this model reads."""
        return Extractor(self.backbone, self.clip_options, cache, self.anchor)

    @property
    def score_names(self) -> tuple[str, ...]:
        """The names of the scores that are named, its own first where it is one of them."""
        return (*filter(None, [self.headline]), *self.scores)

    def meant(self, value: float) -> float:
        """Return what the scorer's number means: how likely the better class is, or itself."""
        return float(self.labelling.chance(value)) if self.labelling else value

    @property
    def input(self) -> str:
        """What it reads, in words."""
        return reading(self.reads, self.backbone_name)

    def misfit(self, features: Features) -> str:
        """Return why it cannot read features, "" where it can."""
        n, n_expected = features.values.shape[1], len(self.witnesses.novelty.normaliser.mean)
        wanted, found = Layout.of(self.reads), Layout.of(features.backbone)
        if wanted and wanted != found:
            return (
                f"holds {found or 'no sequence of joints'}, but the model {self.name} reads "
                f"{wanted}: give it these"
            )
        if n == n_expected:
            return ""
        return (
            f"has {n} numbers per clip, but the model {self.name} reads {n_expected}: make them "
            f"with {self.backbone_name}"
        )

    def save(self, folder: Path) -> None:
        """Write the model into a folder; each file appears whole, the config last."""
        from podium.report.model_card import model_card

        state = self.scorer.state()
        arrays = {
            **{f"scorer.{key}": values for key, values in state.arrays.items()},
            **self.witnesses.arrays(),
            **self.calibration.arrays(),
            **(self.anchor.arrays() if self.anchor else {}),
        }
        # safetensors writes memory as it lies: a transposed array would come back scrambled.
        arrays = {key: np.ascontiguousarray(values) for key, values in arrays.items()}
        write_bytes(folder / ARRAYS, save(arrays))
        write_bytes(folder / "README.md", model_card(self).encode())
        for number, other in enumerate(self.scores.values()):
            other.save(folder / OTHERS / str(number))
        if self.experts:
            write_experts(folder, self.experts.values())
        text = json.dumps(self._config(state), indent=1, ensure_ascii=False)
        write_bytes(folder / "config.json", (text + "\n").encode())

    def _config(self, state: ScorerState) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "backbone": {"name": self.backbone_name, "fingerprint": self.backbone.fingerprint},
            "clips": asdict(self.clip_options),
            **({"anchor": self.anchor.to_json()} if self.anchor else {}),
            "scorer": {**state.config, "name": self.scorer_name},
            **({"labelling": self.labelling.to_json()} if self.labelling else {}),
            **({"reads": self.reads} if self.reads != self.backbone.fingerprint else {}),
            "score_range": list(self.score_range),
            "rule": self.rule.name if self.rule else None,
            "moments": list(self.moments),
            "actions": list(self.actions),
            **({"scores": list(self.scores)} if self.scores else {}),
            **({"headline": self.headline} if self.headline else {}),
            "evidence": asdict(self.evidence),
        }


@dataclass(frozen=True)
class Summary:
    """What a model says of itself: what it was trained on, and the actions that it knows."""

    data: str
    actions: tuple[str, ...]


def summarise(name_or_path: str | Path) -> Summary:
    """Read what a model says of itself, without its networks: quick, and PyTorch stays out.

    Raises
    ------
    UnknownName, ModelError
        If there is no such model, or its config is missing or damaged.
    """
    folder = find_model(name_or_path)
    config = _config_of(folder)
    with _whole(folder):
        known = values_of(config, "its config", evidence=Evidence, actions=tuple[str, ...])
    return Summary(known["evidence"].data, known["actions"])


def load_model(name_or_path: str | Path, *, allow_parts: Collection[str] = ()) -> Model:
    """Read a model that ships, by name, or one of your own, by its folder.

    A model is data: it names its scorer and its backbone, which are Podium's own or declared by an
    installed package. Others, named `package.module:Class`, are run only if they are among
    `allow_parts`.

    Raises
    ------
    UnknownName, ModelError
        If there is no such model, or its folder is incomplete or damaged, or it names a part that
        is not allowed.
    MissingExtra
        If its backbone or its scorer needs PyTorch, which is not installed.
    """
    with kept_if_usable(str(name_or_path)):
        folder = find_model(name_or_path)
        model, names = _load(folder, allow_parts)
        folders = [folder / OTHERS / str(number) for number in range(len(names))]
        others = [_load_other(model, other, allow_parts) for other in folders]
        return replace(model, scores=dict(zip(names, others, strict=True)))


def _load(folder: Path, allow_parts: Collection[str]) -> tuple[Model, tuple[str, ...]]:
    """Read a model, and the names of the other scores that lie beside it."""
    config = _config_of(folder)
    with _whole(folder):
        about = record_of(_Config, config, "its config")
        backbone = _backbone_of(folder, about.backbone, allow_parts)
        model = _restore(about, backbone, read_arrays(folder / ARRAYS), allow_parts)
        return replace(model, experts=_experts_of(folder), headline=about.headline), about.scores


def _load_other(main: Model, folder: Path, allow_parts: Collection[str]) -> Model:
    """Read what gives another score, from the same features."""
    other, _ = _load(folder, allow_parts)
    with _whole(folder):
        n, n_main = (len(one.witnesses.novelty.normaliser.mean) for one in (other, main))
        if (other.reads, other.clip_options, n) != (main.reads, main.clip_options, n_main):
            raise ModelError("it reads other features than the model that it is a part of")
    return replace(other, backbone=main.backbone, anchor=main.anchor)


def _experts_of(folder: Path) -> dict[str, KeptExpert]:
    """Read what is kept of the experts, and say of which file something is wrong."""
    try:
        return read_experts(folder)
    except UnusableFile as error:
        raise ModelError(f"what is kept of its experts {error.reason}") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(f"{Path(str(error.filename)).name}: {reason}") from error


class _OtherBackbone(ModelError):
    """The folder is whole, but features would be other numbers than those of training."""


@dataclass(frozen=True)
class _BackboneName:
    name: str
    fingerprint: str


@dataclass(frozen=True)
class _Config:
    """What the config of a model holds; whatever else it holds is passed over."""

    name: str
    backbone: _BackboneName
    clips: ClipOptions
    scorer: Mapping[str, Any]
    score_range: tuple[float, float]
    moments: tuple[str, ...]
    actions: tuple[str, ...]
    evidence: Evidence
    rule: str | None = None
    is_panel: bool = False
    """Whether scores follow diving's rule, in models that were saved before rules had names."""

    anchor: Mapping[str, Any] | None = None
    labelling: Mapping[str, Any] | None = None
    reads: str = ""
    scores: tuple[str, ...] = ()
    headline: str = ""

    def __post_init__(self) -> None:
        if len({*self.scores}) != len(self.scores) or len(self.scores) > MAX_SCORES:
            raise ModelError(
                f"it names {len(self.scores)} other scores: each must be named once, and "
                f"{MAX_SCORES} at most"
            )
        if self.score_range[0] > self.score_range[1]:
            low, high = self.score_range
            raise ModelError(
                f"its scores range from {low:g} to {high:g}: the second must be higher"
            )
        if self.clips.n_frames != ClipOptions.n_frames:
            raise ModelError(
                f"its clips have {self.clips.n_frames} frames: backbones read "
                f"{ClipOptions.n_frames}"
            )

    def scoring_rule(self) -> ScoringRule | None:
        """Return the rule that it names."""
        name = self.rule or (PANEL if self.is_panel else None)
        return find_rule(name) if name else None


@contextmanager
def _whole(folder: Path) -> Iterator[None]:
    """Name the folder of a model that is not whole, or that names what may not be run."""
    try:
        yield
    except ForeignPart as error:
        raise ForeignPart(f"{folder}: {error}") from error
    except MissingExtra as error:
        raise MissingExtra.of_file(folder, str(error)) from error
    except UnknownName as error:  # the folder names it, not the user
        raise ModelError(f"{folder}: {error}") from error
    except (WeightsError, MissingFile, _OtherBackbone, MemoryError):
        raise
    except Exception as error:  # whatever is wrong with what a scorer restores, it is not whole
        raise _not_whole(folder, error) from error


def _not_whole(folder: Path, error: Exception) -> ModelError:
    reason = str(error)
    if isinstance(error, UnusableFile):
        reason = f"{ARRAYS}: {error.reason}"
    elif isinstance(error, OSError) and error.strerror:
        reason = f"{ARRAYS}: {error.strerror}"
    elif not isinstance(error, PodiumError):
        reason = f"{type(error).__name__}: {error}"
    return ModelError(
        f"{folder}: is not a complete model ({' '.join(reason.split()):.500}): train it again, or "
        "copy the folder again"
    )


HUB_FILES = {"config.json": MAX_CONFIG_BYTES, "model.safetensors": MAX_BYTES, "README.md": 2**20}
HUB_FILES_MORE = {"experts.json": MAX_CONFIG_BYTES, "experts.safetensors": MAX_BYTES}
"""What a model consists of, none of it a program, and how large each file may be; the second need
not be there."""


def find_model(name_or_path: str | Path) -> Path:
    """Return the folder in which a model lies: one that ships, by name, or the path itself.

    `hub:user/name` is fetched from a model hub, once.

    Raises
    ------
    UnknownName, NotFetched
        If there is none.
    """
    if str(name_or_path).startswith(PREFIX):
        there = HubFolder.of(str(name_or_path))
        return there.fetched(files_of_scores(there.fetched(HUB_FILES, HUB_FILES_MORE)), {})
    shipped = SHIPPED / str(name_or_path)
    if str(name_or_path) in shipped_models():
        return shipped
    if str(name_or_path) and Path(name_or_path).is_dir():
        return Path(name_or_path)
    raise UnknownName(
        f"no model is called {str(name_or_path)!r}: choose one of "
        f"{', '.join(shipped_models())}, or give the path of a folder made by podium train"
    )


def files_of_scores(folder: Path) -> dict[str, int]:
    """Return which files of a model give its other scores, and how large each may be."""
    try:
        named = _config_of(folder).get("scores")
    except ModelError:  # whoever loads it says so
        named = None
    n = min(len(named), MAX_SCORES) if isinstance(named, list) else 0
    return {f"{OTHERS}/{i}/{file}": most for i in range(n) for file, most in HUB_FILES.items()}


def shipped_models() -> tuple[str, ...]:
    """List the models that ship."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/config.json")))


def _config_of(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = read_json(path, MAX_CONFIG_BYTES)
        version = config["format"]
    except (OSError, UnusableFile, KeyError, TypeError) as error:
        raise ModelError(
            f"{path}: is missing or not a model's config ({_reason(error)}): "
            "train the model again, or copy the folder again"
        ) from error
    if type(version) is not int or version != FORMAT:
        raise ModelError(
            f"{path}: has format {shown(version)} and this Podium reads {FORMAT}: "
            "train the model again with this version"
        )
    known = {field.name for field in fields(_Config)}
    return {key: value for key, value in config.items() if key in known}


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, UnusableFile):
        return error.reason
    return "it has no format"


def _restore(
    about: _Config, backbone: Backbone, arrays: Arrays, allow_parts: Collection[str]
) -> Model:
    scorer_name = values_of(about.scorer, "scorer", name=str)["name"]
    (scorer_class,) = _catalog.resolve("podium.scorers", scorer_name, allow_parts)
    witnesses = Witnesses.from_arrays(arrays)
    dim = len(witnesses.novelty.normaliser.mean)
    scorer = scorer_class.restore(ScorerState(part_of(arrays, "scorer."), about.scorer))
    if _catalog.is_own(scorer_class, "podium.scorers"):
        require_score(scorer, dim)
    return Model(
        name=about.name,
        backbone_name=about.backbone.name,
        scorer_name=scorer_name,
        backbone=backbone,
        clip_options=about.clips,
        scorer=scorer,
        calibration=Calibration.from_arrays(arrays),
        witnesses=witnesses,
        score_range=about.score_range,
        rule=about.scoring_rule(),
        moments=about.moments,
        actions=about.actions,
        evidence=about.evidence,
        anchor=Anchor.from_saved(about.anchor, arrays),
        labelling=Labelling.from_json(about.labelling),
        reads=about.reads or backbone.fingerprint,
    )


def _backbone_of(folder: Path, about: _BackboneName, allow_parts: Collection[str]) -> Backbone:
    backbone = make_backbone(about.name, allow_parts)
    if backbone.fingerprint != about.fingerprint:
        raise _OtherBackbone(
            f"{folder}: was trained with the backbone {about.fingerprint}, but here it is "
            f"{backbone.fingerprint}: train the model again, or use the same weights"
        )
    return backbone
