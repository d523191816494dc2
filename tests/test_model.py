import json
import os
import pickle
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from messages import whole
from podium.errors import ModelError, UnknownName, WeightsError
from podium.features.extraction import FeatureCache
from podium.features.values import Sample
from podium.judging import rules
from podium.judging.diving import RULE as DIVING
from podium.model import SHIPPED, Model, find_model, load_model, shipped_models, summarise
from podium.witnesses.order import learn_order
from podium.witnesses.same_action import learn_same_action


@dataclass
class Sentinel:
    """Creates a folder when it is unpickled."""

    path: str

    def __reduce__(self):
        return (os.mkdir, (self.path,))


@pytest.fixture
def folder(small_model, tmp_path) -> Path:
    """A copy of the small model that may be spoilt."""
    return Path(shutil.copytree(small_model.folder, tmp_path / "model"))


@pytest.fixture
def queries(small_model) -> list[Sample]:
    model = load_model(small_model.folder)
    extractor = model.extractor(FeatureCache(small_model.cache / "features"))
    return [Sample(p, extractor.performance(p)) for p in small_model.performances()]


def spoil(folder: Path, **changes) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8"))
    for key, value in changes.items():
        if value is None:
            del config[key]
        else:
            config[key] = value
    path.write_text(json.dumps(config), "utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# saved and loaded


def test_a_model_is_three_files(small_model):
    assert sorted(contents(small_model.folder)) == ["README.md", "config.json", "model.safetensors"]


def test_saved_again_it_has_the_same_bytes(small_model, tmp_path):
    load_model(small_model.folder).save(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(small_model.folder)


def test_loaded_it_predicts_the_same(small_model, queries, tmp_path):
    model: Model = load_model(small_model.folder)
    model.save(tmp_path / "again")
    again = load_model(tmp_path / "again")
    np.testing.assert_array_equal(again.scorer.predict(queries), model.scorer.predict(queries))
    assert again.calibration.half_width() == model.calibration.half_width()
    assert [again.witnesses.novelty.p_value(q.features.values) for q in queries] == [
        model.witnesses.novelty.p_value(q.features.values) for q in queries
    ]


def test_every_array_comes_back_as_it_was_however_it_lies_in_memory(small_model, tmp_path):
    generator = np.random.default_rng(0)
    model = load_model(small_model.folder)
    dim = len(model.witnesses.novelty.normaliser.mean)
    seen = [generator.normal(size=(4, dim)).astype(np.float32) for _ in range(120)]
    witnesses = replace(
        model.witnesses,
        order=learn_order(seen, model.witnesses.novelty.normaliser),
        same_action=learn_same_action(seen, ["a", "b"] * 60),
    )
    made = replace(model, witnesses=witnesses)
    assert not witnesses.same_action.arrays()["kinds.weights"].flags["C_CONTIGUOUS"]
    made.save(tmp_path / "again")
    again = load_model(tmp_path / "again")
    for part in ("order", "same_action", "novelty"):
        wanted, found = (getattr(one.witnesses, part).arrays() for one in (made, again))
        assert wanted.keys() == found.keys()
        for key, values in wanted.items():
            np.testing.assert_array_equal(found[key], values, err_msg=key)


def test_it_knows_what_it_was_trained_on(small_model):
    model = load_model(small_model.folder)
    assert (model.name, model.scorer_name, model.backbone_name) == (
        "bars", "siamese_lstm", "motion",
    )  # fmt: skip
    assert model.actions == ("107", "407")
    assert model.moments == ("flight", "flight", "water_entry")
    assert model.rule is DIVING
    assert model.score_range == (14.4, 96.0)
    assert (model.evidence.n_train, model.evidence.data) == (24, "made-up bars")


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"rule": "diving"}, DIVING),
        ({"rule": None}, None),
        ({"is_panel": True}, DIVING),
        ({"is_panel": False}, None),
        ({}, None),
    ],
)
def test_the_rule_is_named_and_earlier_models_said_only_whether_there_is_one(
    small_model, tmp_path, said, rule
):
    folder = Path(shutil.copytree(small_model.folder, tmp_path / "bars"))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert config.pop("rule") == "diving"
    (folder / "config.json").write_text(json.dumps(config | said), "utf-8")
    model = load_model(folder)
    assert model.rule is rule
    model.save(tmp_path / "again")
    written = json.loads((tmp_path / "again" / "config.json").read_text("utf-8"))
    assert (written["rule"], "is_panel" in written) == (rule.name if rule else None, False)


def test_a_rule_that_is_not_known_here_is_refused(small_model, tmp_path):
    folder = Path(shutil.copytree(small_model.folder, tmp_path / "bars"))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"rule": "gym"}), "utf-8")
    names = ", ".join(rule.name for rule in rules())
    message = f"no scoring rule is called 'gym': choose one of {names}"
    with pytest.raises(ModelError, match=rf"^{re.escape(f'{folder}: {message}')}$"):
        load_model(folder)


def test_a_reference_keeps_the_whole_number_of_its_dive(small_model):
    made = load_model(small_model.folder)
    expert, *others = made.scorer.references
    number = replace(expert.performance, extra={"dive_number": "107B"})
    made.scorer.references = (replace(expert, performance=number), *others)
    again = type(made.scorer).restore(made.scorer.state()).references
    assert [dict(sample.performance.extra) for sample in again] == [
        {"dive_number": "107B"}, *({} for _ in others),
    ]  # fmt: skip


def test_the_card_says_how_good_it_is_beside_the_floors(small_model):
    card = (small_model.folder / "README.md").read_text("utf-8")
    results = load_model(small_model.folder).evidence.results
    assert card.startswith("# bars\n")
    assert "made-up bars. 24 performances with scores from 14.40 to 96.00" in card
    assert list(results) == ["siamese_lstm", "constant", "difficulty", "type_mean"]
    for name, row in results.items():
        rho = "-" if row["spearman"] is None else f"{row['spearman']:.3f}"
        assert f"| {name} | {rho} |" in card
    assert results["constant"]["spearman"] is None  # it ranks nobody
    main = results["siamese_lstm"]
    assert f"**On performances it has not seen: rho {main['spearman']:.3f} (" in card
    assert "on new athletes, events and cameras it was not measured" in card
    assert f"it held {100 * results['siamese_lstm']['covered']:.0f} %" in card


def test_the_config_is_plain_json_without_paths(small_model):
    text = (small_model.folder / "config.json").read_text("utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in config.json"))
    assert str(small_model.folder.parent) not in text


# finding it


def test_every_model_that_ships_is_found_by_its_name():
    for name in shipped_models():
        assert find_model(name) == SHIPPED / name


def test_a_folder_is_found_by_its_path(folder):
    assert find_model(folder) == find_model(str(folder)) == folder


def test_a_summary_says_what_the_whole_model_does(folder):
    model, summary = load_model(folder), summarise(folder)
    assert (summary.data, summary.actions) == (model.evidence.data, model.actions)


def test_a_summary_of_a_config_that_lacks_something_is_refused(folder):
    path = folder / "config.json"
    config = json.loads(path.read_text())
    del config["evidence"]
    path.write_text(json.dumps(config))
    message = (
        f"{folder}: is not a complete model (its config lacks evidence): train it again, or copy "
        "the folder again"
    )
    with pytest.raises(ModelError, match=whole(message)):
        summarise(folder)


@pytest.mark.parametrize("name", ["nothing", "../models", "no/such/folder"])
def test_an_unknown_name_is_answered_with_those_there_are(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = (
        f"no model is called {name!r}: choose one of {', '.join(shipped_models())}, "
        "or give the path of a folder made by podium train"
    )
    with pytest.raises(UnknownName, match=whole(message)):
        load_model(name)


# damage


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (
            b"",
            "is not valid JSON (Expecting value: line 1 column 1 (char 0))",
        ),
        (
            b"{",
            "is not valid JSON (Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1))",
        ),
        (b"[1]", "it has no format"),
        (b"{}", "it has no format"),
        (b"[" * 100_000, "is not valid JSON (nested too deeply)"),
        (b" " * 4_000_001, "has more than the 4,000,000 bytes allowed: give a smaller file"),
    ],
)
def test_a_config_that_cannot_be_read_is_said(folder, content, reason):
    path = folder / "config.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    message = (
        f"{path}: is missing or not a model's config ({reason}): "
        "train the model again, or copy the folder again"
    )
    with pytest.raises(ModelError, match=whole(message)):
        load_model(folder)


@pytest.mark.parametrize("version", [0, 2, "1", [1]])
def test_another_format_is_said(folder, version):
    spoil(folder, format=version)
    message = (
        f"{folder / 'config.json'}: has format {version!r} and this Podium reads 1: "
        "train the model again with this version"
    )
    with pytest.raises(ModelError, match=whole(message)):
        load_model(folder)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"scorer": None}, "its config lacks scorer"),
        ({"moments": None}, "its config lacks moments"),
        ({"score_range": [1]}, "its config.score_range has 1 entries: it must have 2"),
        ({"actions": 5}, "its config.actions must be a list of at most 20,000 entries"),
        ({"scorer": []}, "its config.scorer must be an object of at most 20,000 entries"),
        (
            {"clips": {"n_frames": 0, "stride": 16}},
            "clips of 0 frames with a stride of 16 cannot be cut: both must be from 1 to 1000",
        ),
    ],
)
def test_a_config_with_a_hole_is_said(folder, changes, reason):
    spoil(folder, **changes)
    message = (
        f"{folder}: is not a complete model ({reason}): train it again, or copy the folder again"
    )
    with pytest.raises(ModelError, match=whole(message)):
        load_model(folder)


def test_a_config_of_odd_kinds_is_said(folder):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    target = {**config["scorer"]["target"], "by_action": []}
    spoil(folder, scorer={**config["scorer"], "target": target})
    message = (
        f"{folder}: is not a complete model (target.by_action must be an object of at most 20,000 "
        "entries): train it again, or copy the folder again"
    )
    with pytest.raises(ModelError, match=whole(message)):
        load_model(folder)


def test_unknown_parts_are_named(folder):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    spoil(folder, scorer={**config["scorer"], "name": "nobody"})
    start = re.escape(f"{folder}: no scorer is called 'nobody': choose one of ")
    with pytest.raises(ModelError, match=rf"^{start}[^\n]*$"):
        load_model(folder)


def test_features_of_another_backbone_are_never_mixed_in(folder):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    now = config["backbone"]["fingerprint"]
    spoil(folder, backbone={"name": "motion", "fingerprint": "motion-0"})
    message = (
        f"{folder}: was trained with the backbone motion-0, but here it is {now}: train the model "
        "again, or use the same weights"
    )
    with pytest.raises(ModelError, match=whole(message)):
        load_model(folder)


class Unweighted:
    """A backbone whose weights are not there."""

    def __init__(self) -> None:
        raise WeightsError("x: no such weights: download them")


def test_missing_weights_of_a_backbone_are_not_called_a_damaged_model(folder, monkeypatch):
    monkeypatch.setattr("podium.backbones.motion.Motion", Unweighted)
    with pytest.raises(WeightsError, match=whole("x: no such weights: download them")):
        load_model(folder)


def damaged(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    message = str(caught.value)
    end = "): train it again, or copy the folder again"
    assert message.startswith(f"{folder}: is not a complete model (")
    assert message.endswith(end)
    assert "\n" not in message
    return message.removeprefix(f"{folder}: is not a complete model (").removesuffix(end)


def test_missing_arrays_are_said(folder):
    (folder / "model.safetensors").unlink()
    assert damaged(folder) == "model.safetensors: No such file or directory"


@pytest.mark.parametrize(
    "content",
    [b"", b"text", b"\xff" * 8 + b"{}", (10**9).to_bytes(8, "little") + b"{}", b"PK\x03\x04" * 9],
)
def test_arrays_of_another_format_are_said(folder, content):
    (folder / "model.safetensors").write_bytes(content)
    n_promised = int.from_bytes(content[:8], "little")
    reason = (
        f"its header promises {n_promised:,} bytes: it is damaged"
        if content
        else "cannot be read as arrays of numbers: it is damaged"
    )
    assert damaged(folder) == f"model.safetensors: {reason}"


def test_half_a_file_is_said(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert damaged(folder) == (
        "model.safetensors: cannot be read as arrays of numbers: it is damaged"
    )


def test_an_array_that_lacks_or_has_another_shape_is_said(folder):
    path = folder / "model.safetensors"
    arrays = load_file(path)
    name = next(name for name in arrays if name.startswith("scorer.network.0."))
    own, shape = name.removeprefix("scorer."), arrays[name].shape
    save_file({**arrays, name: np.zeros((3, 30_000), np.float32)}, path)
    assert damaged(folder) == (
        f"the array {own} is float32 of (3, 30000): it must be float32 of {shape}"
    )
    save_file({**arrays, "scorer.network.0.more": np.zeros(3, np.float32)}, path)
    assert damaged(folder) == "the array network.0.more belongs to another network"
    save_file({k: v for k, v in arrays.items() if k != name}, path)
    assert damaged(folder) == f"the array {own} is missing"
    save_file({k: v for k, v in arrays.items() if k != "calibration.distances"}, path)
    assert damaged(folder) == "the array calibration.distances is missing"


def test_a_pickle_is_refused_and_not_run(folder, tmp_path):
    sentinel = tmp_path / "was_run"
    (folder / "model.safetensors").write_bytes(pickle.dumps(Sentinel(str(sentinel))))
    assert damaged(folder).startswith("model.safetensors: its header promises ")
    assert not sentinel.exists()
