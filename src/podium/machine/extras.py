"""What is installed on request: the extras, what they bring, and how the lack of one is said.

`pip install podium` brings what scoring with the models that ship needs. The rest is named in
pyproject.toml by what it is for, as in `pip install 'podium[train]'`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec

from podium.errors import MissingExtra

PACKAGES: Mapping[str, Mapping[str, str]] = {
    "benchmark": {"matplotlib": "Matplotlib"},
    "hub": {"huggingface_hub": "huggingface_hub"},
    "int8": {"onnx": "onnx"},
    "mobilenet": {"ai_edge_litert": "LiteRT"},
    "mocap": {"c3d": "c3d"},
    "openvino": {"openvino": "OpenVINO"},
    "pandas": {"pandas": "pandas"},
    "parquet": {"pyarrow": "PyArrow"},
    "pose": {"ai_edge_litert": "LiteRT"},
    "ray": {"ray": "Ray"},
    "remote": {"fsspec": "fsspec"},
    "slurm": {"submitit": "submitit"},
    "tensorboard": {"tensorboardX": "tensorboardX"},
    "train": {"torch": "PyTorch", "sklearn": "scikit-learn"},
    "web": {
        "fastapi": "FastAPI", "uvicorn": "Uvicorn", "pydantic": "Pydantic", "segno": "segno",
    },
}  # fmt: skip
"""The packages of each extra: the name that they are imported by, and the one people know."""


def require(extra: str, what: str, instead: str = "") -> None:
    """Refuse what needs an extra, before any work is done, where the extra is not installed.

    `what` begins the message ("training"), `instead` ends it with what else can be done.

    Raises
    ------
    MissingExtra
        If one of the packages that it brings cannot be found; nothing is imported.
    """
    with needed_for(what, extra, instead):
        for package in PACKAGES[extra]:
            if find_spec(package) is None:
                raise ModuleNotFoundError(name=package)


@contextmanager
def needed_for(what: str, extra: str, instead: str = "") -> Iterator[None]:
    """Put the failed import of a package that an extra brings into a line that says what to do.

    Raises
    ------
    MissingExtra
        If such an import fails within the block.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in PACKAGES[extra]:
            raise
        raise MissingExtra(
            f"{what} needs {PACKAGES[extra][package]}, which is not installed: "
            f"pip install 'podium[{extra}]'{instead and f', or {instead}'}"
        ) from error
