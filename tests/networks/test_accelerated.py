"""Learning and describing on a GPU is near the processor's; on the processor nothing changes."""

import copy
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from podium import _catalog
from podium.backbones._engine import N_CLIPS_GPU, Engine
from podium.metric.learning import LearningOptions, learn_metric
from podium.metric.pairs import MetricData, PairOptions
from podium.metric.siamese import SiameseOptions
from podium.networks import accelerated, devices, runtime
from podium.networks.graph import Graph, Pixels, Shape, relu
from podium.scorers._dense_learning import fit_dense
from podium.scorers._dense_options import DenseOptions

FEATURES, MIXED, LEARNED = 1e-4, 2e-2, 1e-2
"""How far a GPU's numbers may lie from the processor's, relatively: docs/devices.md says so."""


@cache
def reason() -> str:
    return "" if torch.cuda.is_available() else "PyTorch sees no GPU here (cuda)"


@pytest.fixture
def on(monkeypatch):
    """Compute elsewhere from now on."""

    def use(device: str, precision: str = "float32") -> None:
        monkeypatch.setenv(devices.VARIABLE, device)
        monkeypatch.setenv(devices.PRECISION_VARIABLE, precision)

    return use


@pytest.fixture
def on_gpu(on):
    """The same, where there is a GPU."""
    if reason():
        pytest.skip(reason())
    return on


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def small_network() -> nn.Module:
    torch.manual_seed(0)
    layers = nn.Conv3d(3, 8, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool3d(1), nn.Flatten()
    return nn.Sequential(*layers, nn.Linear(8, 5))


def clips(n: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (n, 16, 24, 32, 3), dtype=np.uint8)


def learned_line() -> dict[str, np.ndarray]:
    """What a line learned of rows that are one."""
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(40, 3, generator=generator)
    wanted = rows @ torch.tensor([1.0, -2.0, 0.5])
    options = DenseOptions(n_epochs=5, batch_size=8)

    def loss(network: nn.Module, chosen: torch.Tensor) -> torch.Tensor:
        read, known = accelerated.moved(rows[chosen], wanted[chosen])
        return nn.functional.mse_loss(network(read)[:, 0], known)

    return fit_dense(lambda: nn.Linear(3, 1), loss, len(rows), options, seed=0)


def learned_metric() -> dict[str, np.ndarray]:
    """What the paper's network learned of made-up sequences, by few steps."""
    generator = np.random.default_rng(0)
    scores = 20 + 80 * generator.random(24)
    sequences = generator.normal(size=(24, 4, 6)).astype(np.float32)
    sequences[..., 0] = scores[:, None] / 20
    data = MetricData([[s] for s in sequences], scores, np.array(["a"] * len(scores)))
    pairs = PairOptions(threshold=5.0, n_similar=60, n_dissimilar=60)
    learning, shape = LearningOptions(n_epochs=2, batch_size=32), SiameseOptions()
    return learn_metric(data, data, 4, learning, pairs, shape, seed=0).arrays()


LEARNED_BY = (learned_line, learned_metric)


def test_on_the_processor_tensors_stay_what_they_are(on):
    on("cpu")
    tensors = torch.ones(2), torch.zeros(1)
    moved = accelerated.moved(*tensors)
    assert all(ours is theirs for ours, theirs in zip(moved, tensors, strict=True))
    assert accelerated.described_as() == "cpu"


def test_chance_begins_at_the_seed_and_is_left_as_it_was(on):
    on("cpu")
    torch.manual_seed(3)
    expected = torch.randn(4)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    with accelerated.learning(3), accelerated.computing():
        assert torch.equal(torch.randn(4), expected)
    assert torch.equal(torch.get_rng_state(), before)


def test_on_the_processor_nothing_is_rounded(on):
    on("cpu")
    with accelerated.learning(0), accelerated.computing(), accelerated.exactly():
        assert not torch.is_autocast_enabled("cpu")


@pytest.fixture
def rounding(on, monkeypatch):
    """Round on the processor as `mixed` does on a GPU: what is learned is then only near."""
    on("cpu")
    monkeypatch.setattr(
        accelerated,
        "computing",
        lambda: torch.autocast("cpu", torch.bfloat16, cache_enabled=False),
    )


needs_rounded_lstm = pytest.mark.skipif(
    not torch.ops.mkldnn._is_mkldnn_bf16_supported(),
    reason="PyTorch has no LSTM of bfloat16 numbers for this processor",
)


@pytest.mark.usefixtures("rounding")
@pytest.mark.parametrize(
    "learned", [learned_line, pytest.param(learned_metric, marks=needs_rounded_lstm)]
)
def test_with_rounded_products_much_the_same_is_learned(learned, monkeypatch):
    rounded = learned()
    monkeypatch.undo()
    for name, values in learned().items():
        assert rounded[name].dtype == np.float32
        assert relative(rounded[name], values) < 10 * LEARNED, name


QUICK = (
    pytest.param("c3d_lstm", marks=needs_rounded_lstm),
    "clipwise_rank",
    "pairwise_rank",
    "score_distribution",
)
"""Scorers that learn in PyTorch within a second, beside the paper's."""


@pytest.mark.usefixtures("rounding")
@pytest.mark.parametrize("name", QUICK)
def test_other_networks_learn_with_rounded_products(make_sample, name):
    generator = np.random.default_rng(0)
    samples = [
        make_sample(str(i), generator.normal(size=(4, 5)).astype(np.float32), score=40.0 + i)
        for i in range(24)
    ]
    scorer = _catalog.find("podium.scorers", name)()
    assert np.isfinite(scorer.fit(samples).predict(samples[:3])).all()


class Small(nn.Module):
    """A network of a device that has room for so many clips at a time."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.network, self.room = small_network(), room
        self.asked: list[int] = []

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.asked.append(len(pixels))
        if len(pixels) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return self.network(pixels)


@pytest.fixture
def as_gpu(monkeypatch):
    """Let an engine take the processor for a GPU."""
    monkeypatch.setattr(Engine, "_is_on_cpu", False)


@pytest.mark.usefixtures("as_gpu")
def test_where_memory_runs_out_fewer_clips_are_tried_and_it_is_said(on, capsys):
    on("cpu")
    network = Small(room=5)
    engine = Engine(network)
    found = engine(clips(12))
    assert relative(found, Engine(copy.deepcopy(network.network))(clips(12))) < 1e-5
    assert network.asked == [12, 12, 6, 4, 4, 4]  # of 32, 16, 8 and 4 at a time
    assert capsys.readouterr().err.splitlines() == [
        f"the memory of cpu ran out: it is given {n} clips at a time from now on"
        for n in (16, 8, 4)
    ]
    engine(clips(8))
    assert network.asked[6:] == [4, 4]


@pytest.mark.usefixtures("as_gpu")
def test_where_there_is_no_room_for_one_clip_memory_ran_out(on, capsys):
    on("cpu")
    with pytest.raises(torch.OutOfMemoryError):
        Engine(Small(room=0))(clips(2))
    assert len(capsys.readouterr().err.splitlines()) == 5  # 16, 8, 4, 2, 1
    assert N_CLIPS_GPU == 2**5


def test_on_the_processor_a_batch_is_not_made_smaller(on):
    on("cpu")
    network = Small(room=1)
    with pytest.raises(torch.OutOfMemoryError):
        Engine(network)(clips(4))
    assert network.asked == [4]


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", FEATURES), ("mixed", MIXED)])
def test_a_gpu_describes_clips_as_the_processor_does(on_gpu, precision, tolerance):
    on_gpu("cpu")
    expected = Engine(small_network())(clips(9))
    on_gpu("cuda", precision)
    assert relative(Engine(small_network())(clips(9)), expected) < tolerance


@pytest.mark.parametrize("learned", LEARNED_BY)
@pytest.mark.parametrize("precision", ["float32", "mixed"])
def test_a_gpu_learns_what_the_processor_learns(on_gpu, learned, precision):
    on_gpu("cpu")
    expected = learned()
    on_gpu("cuda", precision)
    found = learned()
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert relative(found[name], values) < (LEARNED if precision == "float32" else 10 * LEARNED)


def test_onnx_runtime_computes_on_a_gpu_what_it_does_on_the_processor(on):
    if not devices._onnx_runtime_offers("cuda"):
        pytest.skip("ONNX Runtime sees no GPU here (cuda)")
    on("cuda")
    pixels = Pixels(Shape(1, 1, 2, 2))
    network = runtime.Network(Graph(pixels, (relu(pixels),)))
    given = np.array([-1, 0, 1, 2], np.float32).reshape(1, 1, 1, 2, 2)
    np.testing.assert_allclose(network(given)[0].ravel(), [0, 0, 1, 2], rtol=FEATURES)
    assert network._session.get_providers()[0] == "CUDAExecutionProvider"
