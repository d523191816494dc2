"""The paper's table VI as text: another sport with the metric of diving frozen."""

from podium.benchmark.findings import PRINTED
from podium.benchmark.markdown import gap, measure_cells, table
from podium.benchmark.results import UNLV_VAULT, Results, TransferTask

NO_TABLE_VI = (
    "### Table VI: another sport with the metric of diving\n\n**Not run** for these results: "
    "`podium benchmark paper --scorer transfer` adds it, on UNLV-Vault where it lies beside the "
    "dives, else on simulated vaults, and on push-ups."
)

NO_VAULTS = (
    "Not run on UNLV-Vault, which is not at hand: whoever has it puts it beside the dives, as "
    "`unlv-vault` (`podium.datasets.unlv_vault` reads its published layout), and gets its rows by "
    "`podium benchmark paper --scorer transfer`. "
)


def table_vi(results: Results) -> str:
    """Return the table, or that it was not run; nothing where results are of something else."""
    transfer = results.tables.transfer
    if not transfer:
        return NO_TABLE_VI if results.about.name == "paper" else ""
    rows = []
    for task in transfer.tasks:
        for row in task.rows:
            less = row.frozen_less_this
            is_frozen = row.system == "frozen"
            rows.append(
                [
                    _task_title(task),
                    row.title,
                    *measure_cells(row, 3),
                    "" if is_frozen else gap(less.spearman, 2),
                    "" if is_frozen else gap(less.mse, 3),
                ]
            )
    is_run = any(task.title.startswith(UNLV_VAULT) for task in transfer.tasks)
    whose = f"{UNLV_VAULT}: {'' if is_run else '**not run**, '}the paper's numbers"
    for name, level in PRINTED.vaults.items():
        title = results.systems[name].title if name in results.systems else name
        told = [f"{level.spearman:.2f}", f"{level.mse:.2f}", "", ""]
        rows.append([whose, title, *told])
    header = ["performances", "system", "rho (95 %)", "MSE (95 %)",
              "frozen less this, rho (95 %)", "frozen less this, MSE (95 %)"]  # fmt: skip
    note = (
        f'{"" if is_run else NO_VAULTS}"Frozen": the metric learned from dives, with a new last '
        "layer; the other systems are fitted to the new performances from the start. Push-ups are "
        "right (1) or wrong (0)."
    )
    return (
        f"### Table VI: another sport with the metric of diving\n\n{table(header, rows)}\n\n{note}"
    )


def _task_title(task: TransferTask) -> str:
    return f"{task.title} ({task.n_splits} splits, {task.n_train} / {task.n_test})"
