"""Whether chance alone lets marks of one kind lie higher: each panel's are handed out anew."""

from collections.abc import Iterator

import numpy as np

from podium.audit.chance import LEAST_DRAWS, MAX_DRAWN, share_beyond
from podium.audit.table import Floats, Ints, MarkTable, Truths

POOL = 4096
"""So many orders of a panel are drawn, and each is turned round until every seat was first."""


def exchange_test(table: MarkTable, chosen: Truths, compared: Truths, seed: int = 0) -> float:
    """Return how often chance alone has the chosen marks lie as far from the panels' others.

    `chosen` and `compared` are (marks,), and the chosen are among the compared. Each judge's level
    taken out and scatter alike, any of a panel's compared marks might as well have been the chosen
    judge's. All judges draw together: marks of a panel lie about its own mean, so who draws for
    each judge alone (from that judge's other marks) takes chance for less than it is, by the share
    of the marks that are chosen.
    """
    generator = np.random.default_rng(seed)
    level_free = table.level_free(compared)
    scatter = _scatter(table, level_free, compared)[table.judge]
    even = np.divide(level_free, scatter, out=np.zeros(len(table)), where=scatter > 0)
    found, drawn = 0.0, np.zeros(LEAST_DRAWS)
    for panels, is_chosen in _alike(table, chosen, compared):
        n_chosen = int(is_chosen[0].sum())
        seats = panels[is_chosen].reshape(len(panels), n_chosen)
        pool = _orders(panels.shape[1], n_chosen, generator)
        middle = even[panels].mean(axis=1)  # chance alone comes out here
        found += float((scatter[seats] * (even[seats] - middle[:, None])).sum())
        drawn += _drawn(even[panels] - middle[:, None], scatter[seats], pool, generator)
    return share_beyond(drawn, found)


def _scatter(table: MarkTable, level_free: Floats, compared: Truths) -> Floats:
    """Return how far each judge's marks lie from the others', own level taken out, (judges,)."""
    n = np.maximum(table.per_judge(compared.astype(np.float64)), 1)
    squares = np.where(compared, level_free**2, 0.0)
    return np.asarray(np.sqrt(table.per_judge(squares) / n))


def _alike(table: MarkTable, chosen: Truths, compared: Truths) -> Iterator[tuple[Ints, Truths]]:
    """Yield the panels of one size with as many chosen marks: places of marks, (panels, seats).

    Beside it which of them are chosen. Panels without a chosen mark, or without another, say
    nothing.
    """
    n_seats = table.per_performance(compared.astype(np.float64))
    n_chosen = table.per_performance(chosen.astype(np.float64))
    kinds = np.unique(np.column_stack([n_seats, n_chosen]), axis=0)
    rows = np.flatnonzero(compared)
    rows = rows[np.argsort(table.performance[rows], kind="stable")]
    for size, many in kinds[(kinds[:, 1] > 0) & (kinds[:, 1] < kinds[:, 0])]:
        here = (n_seats == size) & (n_chosen == many)
        panels = rows[here[table.performance[rows]]].reshape(-1, int(size))
        yield panels, chosen[panels]


def _orders(n_seats: int, n_chosen: int, generator: np.random.Generator) -> Ints:
    """Return who may have been chosen, (orders, chosen): each seat comes as often as any other."""
    first = generator.random((POOL, n_seats)).argsort(axis=1)[:, :n_chosen]
    turned = (first[:, None, :] + np.arange(n_seats)[None, :, None]) % n_seats
    return np.asarray(turned.reshape(-1, n_chosen), np.int64)


def _drawn(values: Floats, scatter: Floats, pool: Ints, generator: np.random.Generator) -> Floats:
    """Hand out the values of each panel anew, (panels, seats), and add up those chosen, (draws,).

    `scatter` is that of the chosen judges, (panels, chosen).
    """
    n, n_chosen = scatter.shape
    drawn = np.zeros(LEAST_DRAWS)
    chunk = max(MAX_DRAWN // (n * n_chosen), 1)
    places = np.arange(n)[None, :, None]
    for start in range(0, LEAST_DRAWS, chunk):
        part = drawn[start : start + chunk]
        order = generator.integers(len(pool), size=(len(part), n))
        part += np.einsum("dpc,pc->d", values[places, pool[order]], scatter)
    return drawn
