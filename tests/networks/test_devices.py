"""Where networks compute: what is asked for, what there is, and what is said where it is not."""

import os

import pytest

from messages import whole
from podium.cli.commands import run
from podium.errors import UsageError
from podium.networks import devices

NO_CUDA = (
    "the device cuda is not here (neither PyTorch nor ONNX Runtime sees it), only cpu: choose that "
    "or auto; to have it, install a PyTorch that was built for CUDA or pip install onnxruntime-gpu "
    "in place of onnxruntime"
)
NO_MPS = (
    "the device mps is not here (neither PyTorch nor ONNX Runtime sees it), only cpu, cuda: choose "
    "that or auto; to have it, use a Mac with Apple's processor"
)


@pytest.fixture(autouse=True)
def _nothing_is_asked_for(monkeypatch):
    monkeypatch.setenv(devices.VARIABLE, "")
    monkeypatch.setenv(devices.PRECISION_VARIABLE, "")


@pytest.fixture
def there(monkeypatch):
    """Let PyTorch and ONNX Runtime see such devices, whatever this machine has."""

    def let(pytorch: tuple[str, ...] = (), onnx_runtime: tuple[str, ...] = ()) -> None:
        monkeypatch.setattr(
            devices,
            "_OFFERS",
            {
                devices.PYTORCH: pytorch.__contains__,
                devices.ONNX_RUNTIME: onnx_runtime.__contains__,
            },
        )

    return let


@pytest.mark.parametrize(
    ("asked", "pytorch", "onnx_runtime", "answers"),
    [
        ("", (), (), ("cpu", "cpu")),
        ("auto", ("cuda",), (), ("cuda", "cpu")),
        ("auto", (), ("cuda",), ("cpu", "cuda")),
        ("auto", ("mps",), ("mps",), ("cpu", "cpu")),
        ("cpu", ("cuda",), ("cuda",), ("cpu", "cpu")),
        ("cuda", ("cuda",), (), ("cuda", "cpu")),
        ("cuda", ("cuda",), ("cuda",), ("cuda", "cuda")),
        ("mps", ("mps",), ("mps",), ("mps", "mps")),
    ],
)
def test_each_library_computes_where_it_can(
    there, monkeypatch, asked, pytorch, onnx_runtime, answers
):
    there(pytorch, onnx_runtime)
    monkeypatch.setenv(devices.VARIABLE, asked)
    assert (devices.for_pytorch(), devices.for_onnx_runtime()) == answers


@pytest.mark.parametrize(
    ("asked", "pytorch", "message"),
    [
        ("cuda", (), NO_CUDA),
        ("mps", ("cuda",), NO_MPS),
        (
            "gpu",
            (),
            "the device is 'gpu' (--device or PODIUM_DEVICE): choose one of auto, cpu, cuda, mps",
        ),
    ],
)
def test_a_device_that_is_not_there_is_refused(there, monkeypatch, asked, pytorch, message):
    there(pytorch)
    monkeypatch.setenv(devices.VARIABLE, asked)
    for ask in (devices.for_pytorch, devices.for_onnx_runtime):
        with pytest.raises(UsageError, match=whole(message)):
            ask()
    with pytest.raises(UsageError, match=whole(message)):
        devices.use(asked, "float32")
    assert os.environ[devices.VARIABLE] == asked


def test_what_is_used_holds_for_all_that_follows(there):
    there(("cuda",), ("cuda",))
    assert devices.use("cuda", "mixed") == ()
    assert (devices.asked(), devices.precision()) == ("cuda", "mixed")
    assert devices.use("cpu", "float32") == ()
    assert (devices.asked(), devices.precision()) == ("cpu", "float32")


def test_a_library_that_cannot_compute_there_is_named(there):
    there(("cuda",))
    assert devices.use("cuda", "float32") == (
        "ONNX Runtime has no cuda here, so its networks compute on the cpu: "
        "pip install onnxruntime-gpu in place of onnxruntime",
    )


@pytest.mark.parametrize(
    ("precision", "message"),
    [
        (
            "mixed",
            "the precision mixed needs the device cuda, and PyTorch computes on cpu here: "
            "choose float32 (--precision or PODIUM_PRECISION)",
        ),
        (
            "double",
            "the precision is 'double' (--precision or PODIUM_PRECISION): "
            "choose one of float32, mixed",
        ),
    ],
)
def test_a_precision_that_cannot_be_had_is_refused(there, monkeypatch, precision, message):
    there()
    monkeypatch.setenv(devices.PRECISION_VARIABLE, precision)
    with pytest.raises(UsageError, match=whole(message)):
        devices.precision()
    with pytest.raises(UsageError, match=whole(message)):
        devices.use("auto", precision)
    assert os.environ[devices.PRECISION_VARIABLE] == precision


def test_onnx_runtime_falls_back_to_the_processor_and_does_not_round():
    last = ("CPUExecutionProvider", {})
    assert devices.providers("cpu") == [last]
    assert devices.providers("cuda") == [("CUDAExecutionProvider", {"use_tf32": "0"}), last]
    assert devices.providers("mps") == [("CoreMLExecutionProvider", {}), last]


class OfNoGPU:
    """An ONNX Runtime that was built for GPUs, on a machine without one."""

    def get_available_providers(self) -> list[str]:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    def InferenceSession(self, *_: object, **__: object) -> "OfNoGPU":  # noqa: N802
        return self

    def run(self, *_: object) -> None:
        """Compute nothing."""

    def get_providers(self) -> list[str]:
        return ["CPUExecutionProvider"]


def test_that_it_was_built_for_a_gpu_does_not_mean_there_is_one(monkeypatch):
    monkeypatch.setattr(devices, "_ships_cuda", lambda: True)
    monkeypatch.setattr(devices, "onnxruntime", OfNoGPU)
    assert devices._onnx_runtime_offers.__wrapped__("cuda") is False


def test_a_driver_that_does_not_fit_is_no_gpu_either(monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("CUDA driver version is insufficient for CUDA runtime version")

    monkeypatch.setattr(devices, "_ships_cuda", lambda: True)
    monkeypatch.setattr(devices, "onnxruntime", OfNoGPU)
    monkeypatch.setattr(OfNoGPU, "run", fail)
    assert devices._onnx_runtime_offers.__wrapped__("cuda") is False


@pytest.mark.parametrize("command", ["score", "measure", "extract", "predict", "train"])
def test_commands_refuse_it_before_anything_is_read(there, capsys, command):
    there()
    out = ["--out", "nowhere/it"] if command in ("predict", "train") else []
    assert run([command, "nothing", *out, "--device", "cuda"]) == 2
    assert capsys.readouterr().err == f"podium: {NO_CUDA}\n"


def test_the_variable_says_the_same_to_a_command(there, capsys, monkeypatch):
    there()
    monkeypatch.setenv(devices.VARIABLE, "cuda")
    assert run(["score", "nothing.mp4"]) == 2
    assert capsys.readouterr().err == f"podium: {NO_CUDA}\n"
