"""A model as files that other programs run or read: ONNX or arrays, and a description."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.exporting.folder import Exported as Exported
    from podium.exporting.folder import export_model as export_model
    from podium.exporting.hub import push_model as push_model

__getattr__, __dir__, __all__ = lazily(
    __name__, {"folder": ("Exported", "export_model"), "hub": ("push_model",)}
)
