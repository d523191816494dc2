"""A trained model as a folder: config.json, model.safetensors and a card; never a pickle."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from podium import _catalog
from podium.anchor import Anchor
from podium.backbones import Backbone, make_backbone
from podium.calibration import Calibration
from podium.clips import ClipOptions
from podium.completeness import Ending
from podium.errors import MissingFile, ModelError, UnknownName, WeightsError
from podium.features import Extractor, FeatureCache
from podium.files import write_bytes
from podium.kinds import Kinds
from podium.novelty import Novelty
from podium.order import Order
from podium.scorers import Scorer, ScorerState

FORMAT = 1
SHIPPED = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Evidence:
    """What is known of how well a model does, and of what it was trained on.

    `results` maps each row of the card's table ("siamese_lstm", "constant" ...) to its measures,
    from performances that were left out of the fit. `data` says where they came from.
    """

    data: str
    n_train: int
    seed: int
    results: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Model:
    """Everything that turns a video into an assessment.

    `backbone_name` and `scorer_name` are what the catalogue finds them by.
    `score_range` is the lowest and highest score seen in training; `moments` names what happens
    in each clip, counted so that the last name is the last clip's; `is_panel` says that scores are
    the middle three marks times difficulty.
    """

    name: str
    backbone_name: str
    scorer_name: str
    backbone: Backbone
    clip_options: ClipOptions
    scorer: Scorer
    calibration: Calibration
    novelty: Novelty
    score_range: tuple[float, float]
    is_panel: bool
    moments: tuple[str, ...]
    actions: tuple[str, ...]
    evidence: Evidence
    ending: Ending | None = None
    order: Order | None = None
    kinds: Kinds | None = None
    anchor: Anchor | None = None

    def extractor(self, cache: FeatureCache | None = None) -> Extractor:
        """Give what makes the features that this model reads."""
        return Extractor(self.backbone, self.clip_options, cache, self.anchor)

    def save(self, folder: Path) -> None:
        """Write the model into a folder; each file appears whole, the config last."""
        state = self.scorer.state()
        arrays = {
            **{f"scorer.{key}": values for key, values in state.arrays.items()},
            **self.novelty.arrays(),
            "calibration.distances": self.calibration.distances,
            **(self.ending.arrays() if self.ending else {}),
            **(self.order.arrays() if self.order else {}),
            **(self.kinds.arrays() if self.kinds else {}),
            **(self.anchor.arrays() if self.anchor else {}),
        }
        # safetensors writes memory as it lies: a transposed array would come back scrambled.
        arrays = {key: np.ascontiguousarray(values) for key, values in arrays.items()}
        write_bytes(folder / "model.safetensors", save(arrays))
        write_bytes(folder / "README.md", model_card(self).encode())
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
            "score_range": list(self.score_range),
            "is_panel": self.is_panel,
            "moments": list(self.moments),
            "actions": list(self.actions),
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
    try:
        return Summary(str(config["evidence"]["data"]), tuple(map(str, config["actions"])))
    except (LookupError, TypeError) as error:
        raise _not_whole(folder, error) from error


def load_model(name_or_path: str | Path) -> Model:
    """Read a model that ships, by name, or one of your own, by its folder.

    Raises
    ------
    UnknownName, ModelError
        If there is no such model, or its folder is incomplete or damaged.
    """
    folder = find_model(name_or_path)
    config = _config_of(folder)
    try:
        arrays = _arrays_of(folder / "model.safetensors")
        return _restored(folder, config, arrays)
    except (ModelError, UnknownName, WeightsError, MissingFile):
        raise
    except (
        AttributeError, LookupError, TypeError, ValueError, OSError, SafetensorError, RuntimeError,
    ) as error:  # fmt: skip
        raise _not_whole(folder, error) from error


def _not_whole(folder: Path, error: Exception) -> ModelError:
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return ModelError(
        f"{folder}: is not a whole model ({reason}): train it again, or copy the folder again"
    )


def find_model(name_or_path: str | Path) -> Path:
    """Say in which folder a model lies: one that ships, by name, or the path itself."""
    shipped = SHIPPED / str(name_or_path)
    if str(name_or_path) in shipped_models():
        return shipped
    if str(name_or_path) and Path(name_or_path).is_dir():
        return Path(name_or_path)
    raise UnknownName(
        f"no model is called {str(name_or_path)!r}: choose one of "
        f"{', '.join(shipped_models())}, or give the path of a folder made by podium train"
    )


def shipped_models() -> tuple[str, ...]:
    """List the models that ship."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/config.json")))


def _config_of(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config: dict[str, Any] = json.loads(path.read_text("utf-8"))
        version = config["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            f"{path}: is missing or not a model's config ({type(error).__name__}): "
            "train the model again, or copy the folder again"
        ) from error
    if version != FORMAT:
        raise ModelError(
            f"{path}: has format {version!r} and this Podium reads {FORMAT}: "
            "train the model again with this version"
        )
    return config


def _arrays_of(path: Path) -> dict[str, npt.NDArray[Any]]:
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def _restored(
    folder: Path, config: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
) -> Model:
    backbone = _backbone_of(folder, config["backbone"])
    inner = {
        key.removeprefix("scorer."): value
        for key, value in arrays.items()
        if key.startswith("scorer.")
    }
    scorer_class = _catalog.find("podium.scorers", config["scorer"]["name"])
    return Model(
        name=config["name"],
        backbone_name=config["backbone"]["name"],
        scorer_name=config["scorer"]["name"],
        backbone=backbone,
        clip_options=ClipOptions(**config["clips"]),
        scorer=scorer_class.restore(ScorerState(inner, config["scorer"])),
        calibration=Calibration(arrays["calibration.distances"]),
        novelty=Novelty.of_arrays(arrays),
        score_range=(config["score_range"][0], config["score_range"][1]),
        is_panel=config["is_panel"],
        moments=tuple(config["moments"]),
        actions=tuple(config["actions"]),
        evidence=Evidence(**config["evidence"]),
        ending=Ending.of_arrays(arrays),
        order=Order.of_arrays(arrays),
        kinds=Kinds.of_arrays(arrays),
        anchor=Anchor.of_saved(config.get("anchor"), arrays),
    )


def _backbone_of(folder: Path, about: Mapping[str, str]) -> Backbone:
    backbone = make_backbone(about["name"])
    if backbone.fingerprint != about["fingerprint"]:
        raise ModelError(
            f"{folder}: was trained with the backbone {about['fingerprint']} and here it is "
            f"{backbone.fingerprint}: train the model again, or use the same weights"
        )
    return backbone


def model_card(model: Model) -> str:
    """Write what anyone should know before they trust a model, as Markdown."""
    from podium.templates import render

    return render("model_card.md", model=model)
