"""Write benchmarks/results/README.md from the JSON files beside it."""

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
ROWS = ("best expert", "constant expert", "difficulty", "type_mean")

DOUBTS = ("novelty", "order", "end", "any")

DOUBT_TEXT = """`doubt.py`: which share of videos Podium doubts, by what it learned from folds of
the {dives} training dives. The first row is of dives that were left out, so all are false alarms
(the aim: 5 % at most in all); what is below should be doubted (the aim: 90 %).
"""

PAIRS_TEXT = """Beside a reference of one's own, {doubted_of_one_action:.1%} of
{pairs_of_one_action} pairs of one dive number were taken for two, and {doubted_of_two_actions:.1%}
of {pairs_of_two_actions} pairs of two numbers were (both dives were left out;
`podium.witnesses.same_action`)."""

ALTERED_TEXT = """Dives that were changed as files are, by models whose scorer, event and witnesses
have not seen them (the range is that of what ships; the border of a cut, and how much wider it
is after an early end were chosen on training dives): how often a grave doubt withholds the score,
and how often other kinds than those about the event do ("without"); how often nothing at all is
said; how often the range holds the score of the dive as it was, and of those that are shown; and by
how many points scores moved.
"""

ALARMS_TEXT = """Of {asked} dives left as they were, {withheld} are withheld ({kinds})."""

ACTIONS_TEXT = """Given its own action, {doubted_of_right:.1%} of {right} dives are said to look
like another one; given each other action, {doubted_of_wrong:.1%} of {wrong}, and of the {near} of
the same group of dives {doubted_of_near:.1%}."""

METAMORPHIC_TEXT = """`metamorphic.py`: copies of {dives} training dives, drawn by a seed, scored by
{model}. A score holds when it moves by less than half the width of the range shown (the aim: 90 %);
a copy is doubted when Podium says not to trust its score, and not so of the dive.
"""

ROBUST_TEXT = """`robustness.py`: training dives, drawn by a seed and scored by
{model}, beside a copy of each of every kind, a real file.
How far the score moved, whether it is shown or not (the median, and what nine in ten stay within),
and how many moved by less than 3 points (the aim, where a player shows the same and for framing:
90 %); how often the range of the copy holds the score of the original, and how many times as wide
it is (what nine in ten stay within); how many copies are shown with a doubt or a remark that the
original has not, and of how many no number is shown; and what is worst: how often a number is
shown whose range does not hold the original's score (the aim: 10 % at most). The most frequent
doubts are named (`docs/doubts.md`). Rows with a star are of the same model before it learned from
such files; the doubts are those of today in all of them. A dive that is itself not whole in some
way (`ends_soon`) is said to be so in the first row.
"""

ROBUST_COLUMNS = (
    "kind", "dives", "median", "nine in ten", "within 3", "held", "range", "doubted", "no number",
    "misleads", "most said",
)  # fmt: skip

RIVALS_TEXT = """`rivals.py`: the {dives} training dives of UNLV-Dive, each scored by a scorer that
had seen no dive of its broadcast (whole events), or not it (at random). All read what `diving`
reads, the last two clips (ridge all), without its changed copies: these rows compare scorers
with each other, not with what ships (`podium list models`). Rank correlation is the mean over
the seeds, with their standard deviation where there are several; intervals (95 %) are of the
first, groups kept together. The floors need no video; with whole events left out the constant
is below 0 since events differ.

| scorer | left out | seeds | rho (95 %) | execution rho | MSE (95 %) |
|---|---|---|---|---|---|"""

SCHEMES = {"events": "whole events", "random": "at random"}

OF_DIVES = "Of all training dives, left out, with the references of their action:"

TEXT = """# Results
Made by `python benchmarks/summary.py` from the JSON files in this folder; `make bench` makes those.

## Rendered dives, where the truth is known
{n} sets of 200 dives, each of a seed rendered for the first time for its row; ten random splits
into 160 to learn from and 40 to test on. Rank correlation (mean over splits) with the scorer's
expert chosen in two ways, beside the floors; then how well faulty clips are found with the best
expert. The second column says what the last layer read, and what the similarity of clips came
from (options of `siamese_lstm`); the model `simulated` ships with those of the last rows.

| seed | head, clips | {names} | precision | recall | share faulty |
|---|---|{rules}---|---|---|
{rows}

Rows up to seed 3033 are from before the border of a faulty clip was measured on experts that had
been left out; the border was chosen on the seeds 104, 2024, 5101, 7001 and 7002.

The aims were a best expert of .80 and above the constant one, precision .60 and recall .80.

## What helped the score how much
{helped}
## What came after the paper
{rivals}
## Where the clips are aligned
{aligned}

## Honest doubt
{doubt}

## What must not change a score
{metamorphic}

## What the file really shows
{robust}

## Speed
{speed}

What each backbone costs and gives is in [docs/backbones.md](../../docs/backbones.md).
"""


def row_of(result: dict[str, Any]) -> str:
    """Return one seed's row of the table."""
    scores = (f"{result['scores'][name]['spearman']['mean']:.3f}" for name in ROWS)
    clips = result["faulty_clips"]
    found = (f"{clips[key]:.2f}" for key in ("precision", "recall", "share_faulty"))
    method = f"{result.get('head', 'joint_and_query')}, {result.get('clip_metric', 'network')}"
    return f"| {result['seed']} | {method} | {' | '.join((*scores, *found))} |"


def measured(name: str) -> dict[str, Any] | None:
    """Read a result, `None` where it was not measured yet."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.is_file() else None


def helped() -> str:
    """Return the table of what helped, if it was measured."""
    result = measured("what_helped")
    if result is None:
        return "Not measured here.\n"
    lines = [
        "Rank correlation and MSE of the training dives of UNLV-Dive, each scored by a model that",
        "had not seen its score (the same five folds in every row; `what_helped.py`). Settings",
        "were chosen on these folds, so expect a little less on new dives.",
        "",
        "| recipe | backbone | rho, 95 % | execution rho | MSE, 95 % |",
        "|---|---|---|---|---|",
    ]
    for name, row in result["rows"].items():
        low, high = row["interval"]
        least, most = row["mse_interval"]
        lines.append(
            f"| {name} | `{row['backbone']}` | {row['spearman']:.3f} ({low:.2f} to {high:.2f}) "
            f"| {row['execution_spearman']:.3f} | {row['mse']:.1f} ({least:.0f} to {most:.0f}) |"
        )
    return "\n".join(lines) + "\n"


def rivals() -> str:
    """Return the table of what came after the paper, if it was measured."""
    result = measured("rivals")
    if result is None:
        return "Not measured here.\n"
    lines = [RIVALS_TEXT.format(**result)]
    for name, schemes in result["rows"].items():
        for scheme, row in schemes.items():
            low, high = row["interval"]
            least, most = row["mse_interval"]
            sd = f" +- {row['spearman_sd']:.3f}" if row["spearman_sd"] is not None else ""
            lines.append(
                f"| {name} | {SCHEMES[scheme]} | {row['seeds']} | {row['spearman']:.3f}{sd} "
                f"({low:.2f} to {high:.2f}) | {row['execution_spearman']:.3f} | {row['mse']:.1f} "
                f"({least:.0f} to {most:.0f}) |"
            )
    return "\n".join(lines) + "\n"


def aligned() -> str:
    """Return how well the event is found at which clips are aligned, if that was measured."""
    result = measured("alignment")
    if result is None:
        return "Not measured here."
    frames, lack = result["frames_off"], result["said_to_lack_it"]
    stopped = ", ".join(
        f"{int(after):+d}: {share:.0%}"
        for after, share in lack["stopped so many frames after it"].items()
    )
    off = {
        name: f"{row['0.5']:.0f}, {row['0.95']:.0f} and {row['1']:.0f}"
        for name, row in frames.items()
    }
    return (
        f"The splash of {result['dives']} dives, each found by what was learned from others "
        f"(`alignment.py`): half, 95 % and all of them are at most {off['as it is']} frames off, "
        f"in videos that nobody trimmed {off['untrimmed']}. Said to lack it: "
        f"{lack['as it is']:.1%} of whole dives, {lack['untrimmed']:.1%} of untrimmed ones, and "
        f"of dives that stop so many frames after it {stopped}."
    )


def doubt() -> str:
    """Return a table of what was doubted, a row each."""
    result = measured("doubt")
    if result is None:
        return "Not measured yet: `python benchmarks/doubt.py`."
    rows = [
        f"| {name} | {row['asked']} | " + " | ".join(f"{row[key]:.1%}" for key in DOUBTS) + " |"
        for name, row in result["doubted"].items()
    ]
    head = f"| asked about | times | {' | '.join(DOUBTS)} |\n|---|---|{'---|' * len(DOUBTS)}"
    pairs = PAIRS_TEXT.format(**result["pairs"])
    return "\n".join((DOUBT_TEXT.format(**result), head, *rows, "", pairs, *altered(result)))


def altered(result: Mapping[str, Any]) -> list[str]:
    """Return what was said of altered dives, a row a kind; nothing where it was not measured."""
    if "altered" not in result:
        return []
    found = result["altered"]
    names = ("altered dives", "asked", "withheld", "without", "unsaid", "held")
    head = f"| {' | '.join((*names, 'held of those shown', 'moved by, at most'))} |"
    rows = [
        f"| {name} | {row['asked']} | {row['withheld']} | {row['withheld_without']} | "
        f"{row['unsaid']} | {row['held']} | {row['shown_and_held']} of {row['shown']} | "
        f"{row['median_move']}, {row['largest_move']} |"
        for name, row in found["kinds"].items()
    ]
    kinds = ", ".join(f"{name} {n}" for name, n in found["alarms"]["kinds"].items())
    alarms = ALARMS_TEXT.format(**{**found["alarms"], "kinds": kinds})
    actions = ACTIONS_TEXT.format(**found["actions"])
    return ["", ALTERED_TEXT, head, f"|{'---|' * 8}", *rows, "", alarms, "", actions]


def metamorphic() -> str:
    """Return tables of what copies of dives, and comparisons of dives, do to scores."""
    result = measured("metamorphic")
    if result is None:
        return "Not measured yet: `python benchmarks/metamorphic.py`."
    copies = [
        f"| {name} | {row['held']:.0%} | {row['identical']:.0%} | "
        f"{row['median_of_half_range']:.2f} | {row['doubted']:.0%} |"
        for name, row in result["copies"].items()
    ]
    spoilt = [
        f"- a {name} clip is the least similar {where}: {share:.0%}"
        for name, row in result["least_similar"].items()
        for where, share in row.items()
    ]
    always = [f"- {name}: {share:.1%}" for name, share in result["comparisons"].items()]
    head = "| copy | held | identical | median move, of half the range | doubted |\n"
    head += "|---|---|---|---|---|"
    said = METAMORPHIC_TEXT.format(**result)
    spoilt_of = f"Of {result['rendered']} rendered dives, by `simulated`:"
    return "\n".join((said, head, *copies, "", OF_DIVES, *always, "", spoilt_of, *spoilt))


def robust() -> str:
    """Return tables of what becomes of scores in other files of a dive, one for each group."""
    result = measured("robustness")
    if result is None:
        return "Not measured yet: `python benchmarks/robustness.py`."
    groups: dict[str, list[str]] = {}
    for name, row in result["kinds"].items():
        groups.setdefault(row["group"], []).append(robust_row(name, row))
    head = f"| {' | '.join(ROBUST_COLUMNS)} |\n|{'---|' * len(ROBUST_COLUMNS)}"
    tables = [
        "\n".join((f"\n{name[0].upper()}{name[1:]}:", "", head, *rows))
        for name, rows in groups.items()
    ]
    return "\n".join((ROBUST_TEXT.format(**result).rstrip(), *tables))


def robust_row(name: str, row: dict[str, Any]) -> str:
    """Return the row of one kind of copies; points where there are scores."""
    points = (f"{row[key]:.1f}" if row["scored"] else "-" for key in ("median", "nine_in_ten"))
    width = f"x{row['wider']:.1f}" if row["scored"] else "-"
    shares = {key: f"{row[key]:.0%}" for key in ("close", "held", "mild", "withheld", "misleads")}
    said = ", ".join(f"{kind} {share:.0%}" for kind, share in list(row["said"].items())[:2])
    star = " *" if row.get("model") == "before" else ""
    cells = (
        name + star, str(row["dives"]), *points, shares["close"], shares["held"], width,
        shares["mild"], shares["withheld"], shares["misleads"], said,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def speed() -> str:
    """Return a list of what was measured of speed, an entry a file."""
    said = {
        "features": features,
        "whole_dive": whole_dive,
        "extraction": extraction,
        "training_pairs": training_pairs,
    }
    lines = [
        f"- `{name}.py`: {say(result)}"
        for name, say in said.items()
        if (result := measured(name)) is not None
    ]
    return "\n".join(lines)


def features(result: dict[str, Any]) -> str:
    """Return how fast C3D's features are made."""
    ways = [
        f"{name} {times:.1f} times faster than eager, {result['share_of_peak'][name]:.2f} of the "
        f"best convolution, features differ by {result['relative_difference'][name]:.0e}"
        for name, times in result["times_faster"].items()
    ]
    return f"C3D, {result['threads']} thread(s): {'; '.join(ways)}."


def whole_dive(results: dict[str, Any]) -> str:
    """Return how long a whole assessment takes, by backbone."""
    rows = []
    for backbone, result in results.items():
        seconds = {name: statistics.median(taken) for name, taken in result["seconds"].items()}
        rows.append(
            f"with `{backbone}` {seconds['podium score']:.1f} s, {seconds['after imports']:.1f} s "
            f"of them after imports, {result['processor_seconds']:.1f} s of the processor, and "
            f"{result['peak_megabytes']:.0f} MB (`podium --help`: {seconds['podium --help']:.2f} s)"
        )
    return f"`podium score`, start to exit: {'; '.join(rows)}."


def extraction(result: dict[str, Any]) -> str:
    """Return how fast a whole data set is made into features."""
    return (
        f"`podium extract` of {result['dives']} dives with `{result['backbone']}`: "
        f"{result['times_faster_than_real_time']:.0f} times faster than the files play "
        f"({result['times_faster_without_padding']:.0f} times without their black padding), "
        f"as a shard for each processor {result['times_faster_in_shards']:.0f} times "
        f"({result['times_faster_in_shards_without_padding']:.0f}; the aim was 25); "
        f"{result['peak_megabytes']:.0f} MB (of a tenth of them: "
        f"{result['peak_megabytes_of_a_tenth']:.0f}); again, from the cache, "
        f"{result['seconds_from_cache']:.1f} s."
    )


def training_pairs(result: dict[str, Any]) -> str:
    """Return how much sooner blocks of pairs reach the loss of the naive way."""
    return (
        f"all pairs of blocks of {result['block']} sequences reach the least validation loss of "
        f"the naive way {result['times_sooner']:.1f} times sooner (median of {result['seeds']} "
        "seeds; the aim was 5): [training_pairs.png](training_pairs.png)."
    )


def page() -> str:
    """Build the page of every JSON file there is."""
    found = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("simulated_*.json"))]
    return TEXT.format(
        n=len(found),
        names=" | ".join(ROWS),
        rules="---|" * len(ROWS),
        rows="\n".join(row_of(result) for result in found),
        helped=helped(),
        rivals=rivals(),
        aligned=aligned(),
        doubt=doubt(),
        metamorphic=metamorphic(),
        robust=robust(),
        speed=speed(),
    )


def main() -> None:
    """Write the page."""
    (RESULTS / "README.md").write_text(page())
    print(page())


if __name__ == "__main__":
    main()
