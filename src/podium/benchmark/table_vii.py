"""The paper's table VII as text: what the similarity of clips says, as printed and as it works."""

from collections.abc import Sequence

from podium.benchmark.faults import FAULTY_BELOW
from podium.benchmark.findings import silhouettes
from podium.benchmark.markdown import table
from podium.benchmark.results import Results

EXAMPLES = ("214", "118", "044", "292")
"""The dives of the paper's table VII."""

BY_CLIP = {
    "siamese_best": "Ours, the similarity as printed",
    "siamese_no_dml": "The same with a network that learned nothing (control)",
    "podium": "Podium: siamese_lstm, its defaults",
}
"""The systems whose clips are compared, by name."""

SPACES = (
    ("siamese_best", "O", "(a) O, the LSTM's embedding"),
    ("siamese_constant", "D2", "(b) D2, constant bias"),
    ("siamese_worst", "D2", "(c) D2, worst performer bias"),
    ("siamese_best", "D2", "(d) D2, best performer bias"),
    ("siamese_no_dml", "O", "control: O of a network that learned nothing"),
    ("siamese_no_dml", "D2", "control: D2 of it, best performer bias"),
)
"""What figure 5 shows, and the same of a network as chance made it."""


def table_vii(results: Results) -> str:
    """Return what similarities are like, and those of the paper's examples; or nothing."""
    found = {title: _similarities(results, name) for name, title in BY_CLIP.items()}
    found = {title: rows for title, rows in found.items() if rows}
    if not found:
        return ""
    return "\n\n".join(
        (
            "### Table VII: the similarity of clips, and examples",
            table(
                ["system", "clips below 0.5", "dives with all clips below 0.5", "highest of all"],
                [[title, *_summed_up(rows)] for title, rows in found.items()],
            ),
            NOTE,
            *filter(None, [_examples(results)]),
            "`podium benchmark paper --out DIR` draws the paper's four examples (key frames, "
            "similarity by clip, commentary) into `DIR/pictures`. Pictures of the real videos are "
            "not part of the repository.",
        )
    )


NOTE = (
    "By the paper's rule a clip below 0.5 is faulty. **As printed it tells no fault**: the sigmoid "
    "of the network's logit answers whether two whole performances are alike, of a clip by itself "
    "it has learned nothing, and a clip need not even be like itself. Where it lies below 0.5 for "
    "nearly all clips, and for those of a network that learned nothing, it flags dives, not "
    "moments. Podium measures how much less alike two clips are than each is to itself, with a "
    "border learned from good performances."
)


def figure_5(results: Results) -> str:
    """Return how far types are apart before and after the bias, beside the control; or nothing."""
    rows = []
    for name, space, title in SPACES:
        if values := silhouettes(results, name, space):
            spread = f"{min(values):.2f} to {max(values):.2f}"
            rows.append([title, f"{sum(values) / len(values):.2f}", spread])
    if not rows:
        return ""
    note = (
        "Silhouette by type over training and test dives: 1 is one tight cluster a type, 0 no "
        "clusters, below 0 other types lie nearer. The paper sees clusters by eye in (c) and (d), "
        "and none in (a) and (b). Where a network that learned nothing shows as much, clusters in "
        "D2 are no sign of what was learned: beside an expert of the same type, dives of a type "
        "share half of what D2 reads. The maps (t-SNE) are drawn into `DIR/pictures`."
    )
    header = ["space", "silhouette, mean over splits", "range"]
    return f"### Figure 5: do types form clusters?\n\n{table(header, rows)}\n\n{note}"


def _similarities(results: Results, name: str) -> list[Sequence[float]]:
    """Return the similarity of each clip of each tested dive, a row a dive and split."""
    cells = results.of(name)
    return [row for cell in cells for row in cell.extras.get("similarity", {}).values()]


def _summed_up(rows: Sequence[Sequence[float]]) -> list[str]:
    clips = [value for row in rows for value in row]
    flagged = sum(value < FAULTY_BELOW for value in clips) / len(clips)
    wholly = sum(max(row) < FAULTY_BELOW for row in rows) / len(rows)
    return [f"{flagged:.0%}", f"{wholly:.0%}", f"{max(clips):.2f}"]


def _examples(results: Results) -> str:
    """Return the mean similarities of the paper's examples, beside the better measure's."""
    shown = {"as printed": "siamese_best", "Podium": "podium"}
    rows = [
        [dive, *(_by_clip(results, name, dive) for name in shown.values())] for dive in EXAMPLES
    ]
    rows = [row for row in rows if any(row[1:])]
    if not rows:
        return ""
    told = table(["dive", *(f"by clip, {how}" for how in shown)], rows)
    return f"{told}\n\nThe paper says of dive 118, a good one, that all of its clips are above 0.5."


def _by_clip(results: Results, name: str, dive: str) -> str:
    """Return a dive's similarities in order, each the mean over the splits that tested it."""
    cells = [cell.extras.get("similarity", {}).get(dive) for cell in results.of(name)]
    rows = [row for row in cells if row]
    means = [sum(clip) / len(rows) for clip in zip(*rows, strict=True)] if rows else []
    return " ".join(f"{mean:.2f}" for mean in means)
