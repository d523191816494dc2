"""Stored results -> Markdown: the paper's tables, with intervals, beside the printed numbers."""

from collections.abc import Callable, Sequence
from pathlib import Path

from podium.benchmark.changed import changed_since, noted_below
from podium.benchmark.findings import (
    NOT_SHOWN,
    PRINTED,
    YES,
    Level,
    findings,
    n_claims,
    verdict,
    widening,
)
from podium.benchmark.markdown import (
    OF_DIVES,
    gap,
    mean_of,
    measure_cells,
    number,
    overview_of_data,
    table,
    with_interval,
)
from podium.benchmark.opening import opening
from podium.benchmark.readings import as_printed
from podium.benchmark.results import ResultRow, Results
from podium.benchmark.table_vi import table_vi
from podium.benchmark.table_vii import figure_5, table_vii
from podium.benchmark.targets import targets_table
from podium.errors import MissingFile, ModelError, UsageError
from podium.evaluation.resampling import by_split
from podium.machine.files import write_bytes

BEGIN, END = "<!-- results: made by podium benchmark --render -->", "<!-- end of results -->"

HEADLINES = (
    "type_mean", "c3d_lstm_f", "c3d_svr", "s3d", "siamese_constant", "siamese_no_dml",
    "siamese_best", "siamese_best_execution", "c3d_svr_execution", "podium", "ridge",
)  # fmt: skip

SPLIT_COLUMNS = (
    "pose_dct", "pose_dft", "c3d_lstm_f", "c3d_lstm_i", "c3d_lstm_svr_f", "c3d_lstm_svr_i", "s3d",
    "type_regressors", "siamese_constant", "siamese_worst", "siamese_best",
)  # fmt: skip

TABLE_V = ("c3d_lstm_f", "siamese_no_dml", "siamese_3k", "siamese_14k", "siamese_best")
N_PAIRS = {"siamese_3k": 3200, "siamese_14k": 14000, "siamese_best": 26000}


def load_all(folder: Path) -> tuple[Results, ...]:
    """Load the results of every backbone that a folder holds, by name.

    Raises
    ------
    MissingFile
        If there are none.
    """
    paths = sorted(folder.glob("*.json"))
    found = [Results.load(path) for path in paths if path.name != "splits.json"]
    if not found:
        raise MissingFile(f"{folder}: holds no results: run podium benchmark with --out first")
    return tuple(found)


def render(folder: Path, repository: Path) -> tuple[Path, ...]:
    """Write the tables of all results in a folder, and say where.

    In a copy of Podium's repository that is docs/results.md and the marked part of README.md;
    elsewhere results.md in the folder.
    """
    found = load_all(folder)
    readme, docs = repository / "README.md", repository / "docs"
    if not (docs.is_dir() and readme.is_file() and BEGIN in readme.read_text("utf-8")):
        write_bytes(folder / "results.md", _make(page, found, folder).encode())
        return (folder / "results.md",)
    write_bytes(docs / "results.md", _make(page, found, folder).encode())
    text = _make(block, found, folder)
    write_bytes(readme, with_block(readme.read_text("utf-8"), text).encode())
    return docs / "results.md", readme


def _make(make: Callable[[Sequence[Results]], str], found: Sequence[Results], folder: Path) -> str:
    try:
        return make(found)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ModelError(
            f"{folder}: its results lack what the tables are made of ({type(error).__name__}: "
            f"{error!s:.200}): make them again"
        ) from error


def page(all_results: Sequence[Results]) -> str:
    """Write the whole page of results, with a chapter for each backbone."""
    parts = [
        "# Results: the paper's tables made anew",
        "Made by `podium benchmark paper --render` from the JSON in `benchmarks/results/paper`; a "
        "test fails when they differ. Nothing here was chosen on test performances: networks stop "
        "on a part of the training dives, and each split's test scores are read once.",
        *filter(None, [opening(all_results)]),
        _legend(),
    ]
    for results in all_results:
        parts += [f"## Backbone `{results.about.backbone}`", *chapter(results)]
    return "\n\n".join(parts) + "\n"


def chapter(results: Results) -> list[str]:
    """Write the tables of one backbone."""
    makers = (
        _origin, changed_since, _findings, as_printed, overview, targets_table, _split_table,
        _type_counts, _by_type, _metric_learning, table_vi, table_vii, _segments, _faults, figure_5,
        _claims, _keypoints,
    )  # fmt: skip
    return [text for make in makers if (text := make(results))]


def block(all_results: Sequence[Results]) -> str:
    """Write the short table that stands in the README, between its two marks."""
    rows = []
    for results in all_results:
        for name in HEADLINES:
            if row := results.tables.summary.get(name):
                backbone, title = f"`{results.about.backbone}`", results.systems[name].title
                rows.append([backbone, title, *measure_cells(row), *_printed_cells(name)])
    header = ["backbone", "system", "rho (95 %)", "MSE (95 %)", "rho, paper", "MSE, paper"]
    return f"{BEGIN}\n{table(header, rows)}{noted_below(all_results)}\n{END}"


def with_block(readme: str, text: str) -> str:
    """Put the short table in place of what stands between the marks.

    Raises
    ------
    UsageError
        If the marks are not there.
    """
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise UsageError(f"README.md has no place for results: put the lines {BEGIN} and {END} in")
    before, rest = readme.split(BEGIN)
    return before + text + rest.split(END)[1]


def _legend() -> str:
    return (
        "**How to read.** rho is Spearman's rank correlation with the judges (higher is better), "
        "MSE the mean squared error in points squared (lower). Execution rho divides the "
        "difficulty out of both. Numbers are means over the splits; in brackets are 95 % "
        "intervals from drawing test performances with replacement, all splits together, as the "
        "splits overlap, and, where chance has a part in a system, drawing among its fits with "
        "other seeds. \"Paper\" is what the paper prints, on its own 264 dives and splits, "
        "with C3D features."
    )  # fmt: skip


def _origin(results: Results) -> str:
    about, versions = results.about, results.about.versions
    first = results.cells[0]
    left_out = "".join(f" Not run: {name} ({why})." for name, why in about.left_out.items())
    return (
        f"{about.n_performances} dives with a score, {len(about.seeds)} seeded splits of "
        f"{first.n_train} / {len(first.predictions)}. {_made_at(results)}. Python "
        f"{versions['python']}, torch {versions['torch']}, scikit-learn "
        f"{versions['scikit-learn']}. Keypoints: {about.keypoints or 'none'}.{left_out}"
        f"{_fewer_splits(results)}"
    )


def _made_at(results: Results) -> str:
    """Return the commits at which the systems were fitted; the most of them first."""
    titles: dict[str, list[str]] = {}
    for row in results.systems.values():
        titles.setdefault(row.commit or results.about.commit or "", []).append(row.title)
    first, *others = sorted(titles, key=lambda commit: -len(titles[commit]))
    told = [f"Commit {first}", *(f"at commit {c}: {'; '.join(titles[c])}" for c in others)]
    return ", but ".join(told)


def _fewer_splits(results: Results) -> str:
    n_splits = len(results.about.seeds)
    return "".join(
        f" **{results.systems[name].title}: on {row.n_splits} of the splits only.**"
        for name, row in results.tables.summary.items()
        if row.n_splits < n_splits
    )


def _findings(results: Results) -> str:
    """Write which of the paper's claims hold here."""
    found = findings(results)
    if not found:
        return ""
    said = [f.verdict for f in found]
    n_yes, n_open = said.count(YES), said.count(NOT_SHOWN)
    header = ["the paper's claim", "the paper's numbers", "here (95 %)", "does it hold here?"]
    rows = [[f.claim, f.printed, f.here, f.verdict] for f in found]
    note = (
        "Gaps are the first system's mean less the second's (tests: [the claims](#the-claims)); "
        "\"not shown\" means that the interval of rho, widened for the number of claims, leaves it "
        "open. The features are other than the "
        "paper's C3D, the dives fewer, and nothing was chosen on test dives, which is not known of "
        "the paper. Simulated vaults and push-ups stand for its vaults; to beat another there "
        "shows nothing of a system that does not beat a constant (table VI)."
    )  # fmt: skip
    return (
        f"### Which of the paper's claims hold here\n\nOf {len(found)} claims, {n_yes} hold, "
        f"{n_open} are not shown and {len(found) - n_yes - n_open} do not hold.\n\n"
        f"{table(header, rows)}\n\n{note}"
    )


def overview(results: Results) -> str:
    """Write the averages of every system, beside the printed ones (tables I and II)."""
    if results.about.dataset not in (None, *OF_DIVES):
        return overview_of_data(results)
    rows = []
    for name, row in results.tables.summary.items():
        title, execution = results.systems[name].title, number(row.execution_spearman, 2)
        seeds = f"{row.n_attempts}", number(row.spearman_seed_sd, 2)
        rows.append([title, *measure_cells(row), execution, *seeds, *_printed_cells(name)])
    ceiling = results.tables.ceiling
    if ceiling and ceiling.n:
        title = "One judge against the other six (ceiling)"
        told = number(ceiling.spearman, 2), number(ceiling.mse, 0)
        rows.append([title, *told, "", "", "", "", ""])
    header = ["system", "rho (95 %)", "MSE (95 %)", "execution rho", "fits a split",
              "SD of rho over seeds", "rho, paper", "MSE, paper"]  # fmt: skip
    return "### Tables I and II, on average, and every other system\n\n" + table(header, rows)


def _split_table(results: Results) -> str:
    names = [name for name in SPLIT_COLUMNS if results.of(name)]
    if not names:
        return ""
    header = ["split", *(results.systems[name].title for name in names)]
    fits = [by_split(results.of(name)) for name in names]
    ranks = [
        {split: number(mean_of(one.spearman for one in found), 2) for split, found in ours.items()}
        for ours in fits
    ]
    losses = [
        {split: number(mean_of(one.mse for one in found), 0) for split, found in ours.items()}
        for ours in fits
    ]
    printed = [_printed_cells(name) for name in names]
    parts = []
    for title, by_place, told in (
        ("Table I: rank correlation", ranks, [spearman for spearman, _ in printed]),
        ("Table II: MSE", losses, [mse for _, mse in printed]),
    ):
        rows = [
            [str(place + 1), *(known.get(split, "") for known in by_place)]
            for place, split in enumerate(results.about.seeds)
        ]
        rows.append(["paper's average", *told])
        parts.append(f"### {title}, split by split\n\n{table(header, rows)}")
    return "\n\n".join(parts)


def _type_counts(results: Results) -> str:
    rows = []
    for row in results.tables.types:
        printed = PRINTED.types.get(row.type)
        rows.append(
            [
                row.type,
                str(row.action),
                str(row.n),
                f"{row.best:g} ({row.n_best})",
                f"{printed.best:g} ({printed.n_best})" if printed else "",
                f"{row.worst:g} ({row.n_worst})",
                f"{printed.worst:g} ({printed.n_worst})" if printed else "",
            ]
        )
    header = ["type", "action", "dives", "best (how many)", "paper", "worst (how many)", "paper"]
    note = "Over the dives whose scores are at hand; the paper had 264."
    return f"### Table III: best and worst performers\n\n{table(header, rows)}\n\n{note}"


def _by_type(results: Results) -> str:
    names = [name for name in results.tables.summary if results.of(name)]
    first = results.of(names[0])[0].measures.by_type
    types = sorted(first)
    rows = []
    for name in names:
        printed = PRINTED.by_type.get(name, {})
        cells = [_type_cell(results.of(name), kind, printed.get(kind)) for kind in types]
        rows.append([results.systems[name].title, *cells])
    sizes = [first[kind].n for kind in types]
    header = ["system", *(f"type {k} (n {n})" for k, n in zip(types, sizes, strict=True))]
    note = (
        "Each cell: rho / MSE, averaged over the splits; the paper's in brackets. With so few test "
        "dives of a type, differences between neighbouring cells mean little."
    )
    return f"### Table IV: by type of dive\n\n{table(header, rows)}\n\n{note}"


def _type_cell(cells: Sequence[ResultRow], kind: str, printed: Level | None) -> str:
    rows = [row for cell in cells if (row := cell.measures.by_type.get(kind))]
    spearman, mse = mean_of(row.spearman for row in rows), mean_of(row.mse for row in rows)
    told = f" ({printed.spearman:.2f} / {printed.mse:.0f})" if printed else ""
    return f"{number(spearman, 2)} / {number(mse, 0)}{told}"


def _metric_learning(results: Results) -> str:
    rows = []
    for name in TABLE_V:
        if row := results.tables.summary.get(name):
            title, n_pairs = results.systems[name].title, str(N_PAIRS.get(name, "none"))
            rows.append([title, n_pairs, *measure_cells(row), *_printed_cells(name)])
    if len(rows) < 2:
        return ""
    header = ["system", "pairs", "rho (95 %)", "MSE (95 %)", "rho, paper", "MSE, paper"]
    return f"### Table V: what metric learning does for the score\n\n{table(header, rows)}"


def _segments(results: Results) -> str:
    found = results.tables.segments
    if not found:
        return ""
    places = {"1": "the last clip", "all": "all clips"}
    rows = [
        [
            places.get(name, f"{name} from the end"),
            *measure_cells(row),
            number(row.execution_spearman, 2),
        ]
        for name, row in sorted(found.items(), key=lambda one: (one[0].isdigit(), one[0]))
    ]
    note = (
        "A ridge regression on each clip alone, of 16 frames, counted from the end and so roughly "
        "aligned at the splash, predicts the score (on the same splits; dives that are too short "
        "are left out of a row): the rank correlation with the score is what a part contributes, "
        "as in the paper's references 8 and 20. The score itself is predicted, so that a clip also "
        "tells of the difficulty that it shows."
    )
    header = ["read alone", "rho (95 %)", "MSE (95 %)", "execution rho"]
    return f"### What each part of a dive contributes\n\n{table(header, rows)}\n\n{note}"


def _faults(results: Results) -> str:
    found = results.tables.faults
    if not found:
        return ""
    rows = []
    for title, row in found.items():
        printed = PRINTED.faults.get(title)
        cells = [
            with_interval(value, interval, 2)
            for part in (row.all, row.only_faulted)
            for value, interval in (
                (part.precision, part.precision_interval),
                (part.recall, part.recall_interval),
            )
        ]
        told = [f"{printed.precision:.2f}", f"{printed.recall:.2f}"] if printed else ["", ""]
        rows.append([title, *cells, *told])
    header = ["system", "precision", "recall", "precision, faulted only", "recall, faulted only",
              "precision, paper", "recall, paper"]  # fmt: skip
    first = next(iter(found.values()))
    note = (
        f"Truth: what the commentary calls a fault of a phase, carried to the clips of that phase "
        f"({first.all.n_performances} dives; of {first.only_faulted.n_performances} "
        "some fault of a phase was said: \"faulted only\"). **How far to trust it:** \"none\" "
        "means that nobody mentioned a fault, not that there was none: a commentator speaks of the "
        "gravest, and of the entry above all. So precision is a lower bound, and recall is of "
        "faults grave enough to be spoken of. One person read the captions. The floors show what "
        "recall costs nothing: flagging every clip, or entry and splash always. \"Ours\" flags by "
        "the similarity as printed, which is below 0.5 for nearly every clip (table VII): its "
        "recall is that of flagging nearly all."
    )  # fmt: skip
    return f"### Table VIII: faulty clips\n\n{table(header, rows)}\n\n{note}"


def _claims(results: Results) -> str:
    rows, n = [], n_claims(results)
    for row in results.tables.claims:
        cells = []
        for part, digits in ((row.spearman, 3), (row.mse, 1)):
            p = "-" if part.p is None else f"{part.p:.3f}"
            cells += [gap(part, digits), f"{p} ({part.n_better} of {part.n_splits})"]
        rows.append([row.claim, *cells, verdict(row, n)])
    if not rows:
        return ""
    header = ["claim", "gap in rho (95 %)", "Wilcoxon p (splits better)", "gap in MSE (95 %)",
              "Wilcoxon p (splits better)", "does it hold here?"]  # fmt: skip
    note = (
        "A gap is the first system's mean less the second's, over splits and fits. **The test, "
        f"named beforehand**: a claim holds if the interval of the gap in rho, {widening(n):.2f} "
        "times as wide, lies wholly on its side of 0; so much wider makes 95 % into "
        f"1 - .05 / {n} (Bonferroni, for the {n} claims of this chapter). Without that "
        f"correction {0.025 * n:.1f} of them would be found to hold by chance alone; with it the "
        "chance that any is, is at most 2.5 %. MSE, and the test over splits as papers show it "
        "(overlapping splits make it too sure), decide nothing."
    )
    return f"### The claims\n\n{table(header, rows)}\n\n{note}"


def _keypoints(results: Results) -> str:
    seen = results.tables.keypoints
    if not seen:
        return ""
    return (
        "### Joints\n\n"
        "Pose + DCT, Pose + DFT and approximate entropy read joints that MoveNet found: on average "
        f"{100 * seen.unseen:.0f} % of a dive's joints were not seen, and were filled in from "
        f"the frames beside them ({seen.n_filled} of {seen.n} dives have such joints); in "
        f"{seen.n_nobody} dives there are clips in which nobody was seen at all. What these "
        "systems come to here says as much of the joints as of the systems."
    )


def _printed_cells(system: str) -> tuple[str, str]:
    """Return what the paper prints of a system, as cells; empty where it prints nothing."""
    level = PRINTED.systems.get(system)
    return (f"{level.spearman:.2f}", f"{level.mse:.0f}") if level else ("", "")
