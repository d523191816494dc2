"""Two embeddings -> how alike the performances are, as a whole and clip by clip."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.errors import ModelError, UsageError
from podium.inputs.saved import Arrays, array_of
from podium.networks.layers import LSTM, Array, Linear, relu, sigmoid

Activation = Literal["relu", "linear"]


@dataclass(frozen=True)
class SiameseOptions:
    """The sizes of the paper's network, and what its dense layers read (III-B)."""

    n_embedding: int = 64
    """M, the size of the embedding, which the paper does not give.

    With 300 dives 64 was better than 256, the size of C3D-LSTM's code, in cross-validation on the
    training dives.
    """

    n_first: int = 128
    """The size of D1."""

    n_second: int = 64
    """The size of D2."""

    activation: Activation = "relu"
    """What follows D1 and D2: `linear` is nothing, as in the paper's equations.

    A score is then exactly the expert's term plus the query's (`Member.terms`).
    """

    reads_difference: bool = True
    """Whether D1 also reads the absolute difference of the two embeddings; never with `linear`.

    The paper's network has to learn it.
    """

    def __post_init__(self) -> None:
        check_options(self)
        if min(self.n_embedding, self.n_first, self.n_second) < 1:
            raise UsageError(f"{self}: sizes must be 1 or more")


@dataclass(frozen=True)
class Siamese:
    """The paper's network: one LSTM for both sides, D1, D2, and a sigmoid (figure 2).

    It learns in `metric.trainable`; here it answers.
    """

    embedding: LSTM
    """What both sides of a pair share; its last state stands for the whole."""

    first: Linear
    """D1."""

    second: Linear
    """D2."""

    output: Linear
    """The logit of being alike."""

    options: SiameseOptions
    clip_border: float = 1.0
    """How much less alike than each to itself two clips are whose similarity is 0.5."""

    @property
    def n_embedding(self) -> int:
        """The size of the embedding."""
        return self.embedding.n_units

    def joint(self, reference: Array, query: Array) -> Array:
        """Return D2 of pairs of embeddings, each (pairs, n_embedding): (pairs, n_second)."""
        parts = [reference, query]
        if reads_difference(self.options):
            parts.append(np.abs(reference - query))
        read = np.concatenate(np.broadcast_arrays(*parts), axis=-1)
        return self._activated(self.second(self._activated(self.first(read))))

    def logit(self, reference: Array, query: Array) -> Array:
        """Return how alike pairs of embeddings are, before the sigmoid, (pairs,)."""
        return self.output(self.joint(reference, query))[..., 0]

    def similarity(self, reference: Array, query: Array) -> Array:
        """Return how alike pairs of embeddings are, 0 to 1, whichever is named first, (pairs,)."""
        return sigmoid(self.mean_logit(reference, query))

    def clip_similarity(self, reference: Array, query: Array) -> Array:
        """Return how alike pairs of embeddings of single clips are, 0 to 1.

        They may have any shape but the last. It is 1 where they are as alike as each is to itself,
        and 0.5 where they are `clip_border` less so (`threshold.measure_border`
        measures it). The paper takes the sigmoid of the logit; but that depends on which clip it
        is, and can be low for a clip and itself.
        """
        border = np.float32(self.clip_border)
        return np.asarray(np.exp2(-self.dissimilarity(reference, query) / border), np.float32)

    def dissimilarity(self, reference: Array, query: Array) -> Array:
        """Return how much lower the logit of a pair is than that of each with itself; 0 or more."""
        own = self.logit(reference, reference) + self.logit(query, query)
        return relu(np.asarray(own / 2 - self.mean_logit(reference, query), np.float32))

    def mean_logit(self, reference: Array, query: Array) -> Array:
        """Return the mean logit of both orders of pairs of embeddings, before the sigmoid."""
        both = self.logit(reference, query) + self.logit(query, reference)
        return np.asarray(both / 2, np.float32)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        found: dict[str, npt.NDArray[Any]] = {"clip_border": np.array(self.clip_border, np.float32)}
        parts: dict[str, LSTM | Linear] = {"embedding.lstm.": self.embedding, **self._layers()}
        for prefix, part in parts.items():
            found |= {f"{prefix}{name}": values for name, values in part.arrays().items()}
        return found

    @classmethod
    def from_arrays(
        cls, arrays: Arrays, prefix: str, n_inputs: int, options: SiameseOptions
    ) -> Self:
        """Build it from the saved arrays whose names begin with `prefix`.

        Raises
        ------
        ModelError
            If one of them is missing, one too many, or does not fit.
        """
        size = options.n_embedding
        n_read = (3 if reads_difference(options) else 2) * size
        network = cls(
            LSTM.from_arrays(arrays, f"{prefix}embedding.lstm.", n_inputs, size),
            Linear.from_arrays(arrays, f"{prefix}first.", n_read, options.n_first),
            Linear.from_arrays(arrays, f"{prefix}second.", options.n_first, options.n_second),
            Linear.from_arrays(arrays, f"{prefix}output.", options.n_second, 1),
            options,
            _border_of(arrays, f"{prefix}clip_border"),
        )
        ours = {f"{prefix}{name}" for name in network.arrays()}
        if others := sorted({n for n in arrays if n.startswith(prefix)} - ours):
            raise ModelError(f"the array {others[0]:.80} belongs to another network")
        return network

    def _layers(self) -> dict[str, Linear]:
        return {"first.": self.first, "second.": self.second, "output.": self.output}

    def _activated(self, values: Array) -> Array:
        return relu(values) if self.options.activation == "relu" else values


def reads_difference(options: SiameseOptions) -> bool:
    """Return whether D1 also reads by how much the two embeddings differ."""
    return options.reads_difference and options.activation != "linear"


def clip_embeddings(network: Siamese, sequences: Array) -> Array:
    """Return each clip embedded by itself: earlier clips zeroed, later ones cut off (paper, IV).

    (performances, clips, dim) -> (performances, clips, n_embedding). The state that zeros leave is
    the same for all performances, so it is worked out once for each clip, and one step is left.
    """
    return np.stack(list(_clip_embeddings(network.embedding, sequences)), axis=1)


def _clip_embeddings(lstm: LSTM, sequences: Array) -> Iterator[Array]:
    nothing = np.zeros((1, sequences.shape[2]), np.float32)
    shown, content = lstm.start(1)
    for clip in range(sequences.shape[1]):
        yield lstm.step(sequences[:, clip], shown, content)[0]
        shown, content = lstm.step(nothing, shown, content)


def _border_of(arrays: Arrays, name: str) -> float:
    """Return the border that was saved, as a row of one number or as one by itself."""
    found = {name: np.atleast_1d(arrays[name])} if name in arrays else arrays
    (border,) = array_of(found, name, (1,))
    if not border > 0:
        raise ModelError(f"the array {name} must be above 0")
    return float(border)
