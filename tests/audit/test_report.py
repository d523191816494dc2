"""The report of an audit: pictures, words that accuse nobody, and nothing that runs."""

import re

import pytest
from markupsafe import escape

from audit.tables import panel, table_of, written
from podium.audit import PanelOptions, audit_marks, make_audit_report, read_marks, write_panels
from podium.audit.pictures import MOST_ROWS, WIDTH, pictures
from podium.audit.sentences import lines
from podium.report.words import languages, load_words

ACCUSING = re.compile(
    r"\b(bias\w*|cheat\w*|unfair\w*|favour\w*|prejudic\w*|corrupt\w*|guilty|suspicio\w*|parteiisch\w*|"
    r"betrüg\w*|unfair\w*|bevorzug\w*|verdächtig\w*|schuld\w*|befangen\w*|"
    r"biais\w*|trich\w*|favori\w*|partia\w*|préjugé\w*|corrompu\w*|coupable\w*|suspect\w*)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    options = PanelOptions(n_sessions=2, premium={3: 1.0}, drift={4: 1.0}, outlier={5: 2.0})
    path = tmp_path_factory.mktemp("marks") / "marks.csv"
    return audit_marks(read_marks(write_panels(path, options, 1)))


@pytest.mark.parametrize("code", languages())
def test_it_accuses_nobody(audit, code):
    page = make_audit_report(audit, "marks.csv", code).html
    words = [value for key, value in load_words(code).strings.items() if key.startswith("audit.")]
    assert ACCUSING.findall(" ".join(words)) == []
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.S)
    assert ACCUSING.findall(text) == []
    assert escape(load_words(code)("audit.limits")) in page


def test_it_has_the_pictures_and_all_that_is_told(audit):
    page = make_audit_report(audit, "marks.csv").html
    assert re.findall(r'<table class="(\w+)">', page)[:4] == ["premium", "bias", "units", "spread"]
    words = load_words()
    for line in lines(audit, words)[:1] + [one.strip() for one in lines(audit, words)[2:5]]:
        assert escape(line) in page
    n_judges = len(audit.own_country.judges) + 2 * audit.n_judges
    n_rows = n_judges + len(audit.agreement.levels)
    assert page.count("<svg ") == len(re.findall('role="img" aria-label="', page)) == n_rows


def test_it_is_one_file_that_asks_for_nothing_and_runs_nothing(audit):
    page = make_audit_report(audit, "marks.csv").html
    assert "default-src 'none'; style-src 'sha256-" in page
    assert not re.search(r"<script|<link|<img|https?://|\bon\w+=", page)


def test_names_are_never_taken_for_html(tmp_path):
    name = "<script>alert(1)</script>&{words}"
    rows = [
        {**row, "judge": f"{name}{row['judge']}", "athlete": f"{name}{row['performance']}"}
        for row in panel([[5, 6, 7], [7, 9, 6], [4, 5, 4]])
    ]
    page = make_audit_report(audit_marks(table_of(tmp_path, rows)), name).html
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;{words}") > 5


@pytest.mark.parametrize("marks", [[[5, 5], [5, 5]], [[1, 9]], [[1, 2], [2, 3], [9, 8]]])
@pytest.mark.parametrize("code", languages())
def test_little_to_say_is_said(tmp_path, marks, code):
    found = audit_marks(table_of(tmp_path, panel(marks)))
    page = make_audit_report(found, "marks.csv", code).html
    for none in ("premium_none", "drift_unknown", "counted_marks"):
        assert escape(load_words(code)(f"audit.{none}")) in page
    assert not re.search(r"\bnan\b", page)


def test_places_on_lines_are_within_them(audit):
    for picture in pictures(audit):
        for line in picture.lines:
            assert 0 <= line.left <= line.x <= line.left + line.width <= WIDTH
        assert 0 < picture.zero < WIDTH
        values = [line.value.value for line in picture.lines]
        assert values == sorted(values, reverse=True)


def test_of_very_many_judges_those_farthest_from_the_line_are_shown(tmp_path):
    rows = panel([[5 + (judge % 11) / 2 for judge in range(80)], [6.0] * 80, [7.0] * 80])
    found = audit_marks(read_marks(written(tmp_path / "marks.csv", rows)))
    bias = next(one for one in pictures(found) if one.kind == "bias")
    assert (len(bias.lines), bias.n_all) == (MOST_ROWS, 80)
    page = make_audit_report(found, "marks.csv").html
    assert load_words()("audit.plot_most", shown=60, all=80) in page
