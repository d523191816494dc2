"""What `siamese_lstm` does with features, written as steps of a program for other runtimes."""

from collections.abc import Sequence

import numpy as np

from podium.metric.deviation import FARTHEST, Deviation
from podium.metric.embedding import Normaliser
from podium.metric.siamese import Siamese, reads_difference
from podium.networks.program import Term
from podium.scorers import _steps as written
from podium.scorers._heads import Joint, JointAndClips, JointInOrder
from podium.scorers._linear import LastClips, Member

Pair = tuple[Term, Term]
"""A query and its reference, (performances, clips, numbers) each; or what became of both."""


def mean_of_members(
    members: Sequence[Member], normaliser: Normaliser, n_clips: int, both: Pair
) -> Term:
    """Write what the networks say of a query beside its reference, their mean."""
    ours, theirs = (written.padded(written.normalised(normaliser, one), n_clips) for one in both)
    said = [_prediction(member, (ours, theirs), both) for member in members]
    total = said[0]
    for other in said[1:]:
        total = total + other
    return total / len(said)


def with_last_clips(value: Term, line: LastClips, share: float, query: Term) -> Term:
    """Write the share that the last clips have of a prediction."""
    found, _ = written.last_clips(query, len(line.weights))
    weights = line.weights.astype(np.float32).ravel()
    last = found.reshape(-1, len(weights)) @ weights + line.bias
    return value * (1 - share) + last * share


def _prediction(member: Member, sequences: Pair, both: Pair) -> Term:
    """Write `Member.predict`."""
    ours, theirs = (written.lstm(member.network.embedding, one) for one in sequences)
    return _read(member, (ours, theirs), both) @ member.weights + member.bias


def _read(member: Member, embedded: Pair, both: Pair) -> Term:
    """Write what the last layer reads: see `_heads`."""
    network, (ours, theirs) = member.network, embedded
    if isinstance(member.head, JointInOrder):
        return _joint(network, theirs, ours)
    if isinstance(member.head, Joint | JointAndClips):
        joint = (_joint(network, theirs, ours) + _joint(network, ours, theirs)) / 2
        if isinstance(member.head, Joint):
            return joint
        differences = _differences(member.head.deviation, both)
        return joint.beside(ours, differences, differences.then("Abs"), axis=1)
    apart = (theirs - ours).then("Abs").then("Neg")
    return _joint(network, ours, ours).beside(ours, apart, axis=1)


def _joint(network: Siamese, reference: Term, query: Term) -> Term:
    """Write `Siamese.joint`."""
    read = [query]
    if reads_difference(network.options):
        read.append((reference - query).then("Abs"))
    seen = reference.beside(*read, axis=1)
    for layer in (network.first, network.second):
        seen = written.dense(layer, seen)
        if network.options.activation == "relu":
            seen = seen.then("Relu")
    return seen


def _differences(deviation: Deviation, both: Pair) -> Term:
    """Write `Deviation.differences`, a row for each pair."""
    (ours, own), (theirs, others) = (written.last_clips(one, len(deviation.scale)) for one in both)
    found = (ours - theirs) / ours.like(deviation.scale) * (own * others)
    limits = found.like(-FARTHEST), found.like(FARTHEST)
    return found.then("Clip", *limits).reshape(-1, deviation.scale.size)
