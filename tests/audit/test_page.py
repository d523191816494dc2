"""The page of judges: what it shows of an audit is what comes of running it."""

import re
from pathlib import Path

from podium.cli.commands import run

PAGE = (Path(__file__).parents[2] / "docs" / "judges.md").read_text("utf-8")
AUDIT = PAGE.partition("\n## Is this panel fair")[2]


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", AUDIT, re.M | re.S)
    return found


def test_the_example_finds_what_it_plants_and_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python"), "docs/judges.md", "exec"), {})
    assert capsys.readouterr().out == "['J04']\n['J05']\n['J06']\n"
    assert (tmp_path / "audit.html").is_file()
    assert run(block("sh").split()[1:]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == (block("text"), "report: audit.html\n")
