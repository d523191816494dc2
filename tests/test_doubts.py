"""What every kind of doubt must be, found from the package itself and from its words."""

import ast
import inspect
import json
import string
from collections.abc import Iterator
from types import ModuleType

import pytest

from messages import whole
from modules import modules
from podium.doubts import Doubt, DoubtKind, Severity, Value, worst
from podium.errors import UsageError
from podium.report.words import ENGLISH, languages, load_words
from training_extra import MISSING

Fields = frozenset[tuple[str, str]]
"""The values in some words, each with how it is written: `{end:.1f}` is ("end", ".1f")."""


def declarations(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Each kind that is declared in a module, by the name there, and what is said under it."""
    if not any(isinstance(value, DoubtKind) for value in vars(module).values()):
        return
    body = ast.parse(inspect.getsource(module)).body
    for node, below in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if isinstance(getattr(module, name), DoubtKind):
                said = below.value if isinstance(below, ast.Expr) else None
                yield name, str(said.value) if isinstance(said, ast.Constant) else ""


DECLARED = [
    pytest.param(getattr(module, name), name, said, id=f"{module.__name__}.{name}")
    for module in modules()
    for name, said in declarations(module)
]
KINDS = [param.values[0] for param in DECLARED]
ENGLISH_WORDS = load_words(ENGLISH).strings
OTHERS = sorted(set(languages()) - {ENGLISH})


def keys_of(kind: DoubtKind) -> list[str]:
    """The keys of the words that there are for a kind, in English."""
    return [key for key in ENGLISH_WORDS if key.partition("+")[0] == f"doubt.{kind}"]


def fields_in(template: str) -> Fields:
    parts = string.Formatter().parse(template)
    return frozenset((name, str(spec)) for _, name, spec, _ in parts if name)


def example(kind: DoubtKind, key: str) -> Doubt:
    """A doubt that is said by these words: with what it must have, and what they ask for."""
    formats = dict(fields_in(ENGLISH_WORDS[key]))
    chosen_by = key.partition("+")[2]
    names = [*kind.values, *formats, *([chosen_by] if chosen_by else [])]
    values: dict[str, Value] = {name: 0.25 if formats.get(name) else f"<{name}>" for name in names}
    return kind(**values)


EXAMPLES = [
    pytest.param(kind, key, id=key.removeprefix("doubt."))
    for kind in KINDS
    for key in keys_of(kind)
]


def test_every_kind_is_declared_in_one_module():
    in_use = {
        id(value)
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, DoubtKind)
    }
    assert sorted(in_use) == sorted(map(id, KINDS))
    assert {"gap", "joints_unseen", "novel", "no_action"} <= {kind.name for kind in KINDS}


def test_no_two_kinds_have_one_name():
    names = sorted(kind.name for kind in KINDS)
    assert names == sorted(set(names))


@pytest.mark.parametrize(("kind", "name", "said"), DECLARED)
def test_a_kind_is_declared_under_its_name_and_says_what_it_means(kind, name, said):
    assert name == kind.name.upper()
    assert said.endswith(".")
    assert kind.severity in Severity
    declared = kind.values + kind.optional
    assert len(set(declared)) == len(declared)
    assert all(f"`{value}`" in said for value in declared if value != "about")


@pytest.mark.parametrize(("kind", "name", "said"), DECLARED)
def test_a_kind_has_words(kind, name, said):
    assert f"doubt.{kind}" in ENGLISH_WORDS
    assert "about" not in kind.optional or f"doubt.{kind}+about" in ENGLISH_WORDS


@pytest.mark.skipif(bool(MISSING), reason="some modules cannot be imported")
def test_all_words_of_doubts_are_of_a_kind():
    known = {key for kind in KINDS for key in keys_of(kind)}
    assert {key for key in ENGLISH_WORDS if key.startswith("doubt.")} == known
    remedies = {key for key in ENGLISH_WORDS if key.startswith("remedy.")}
    assert remedies <= {key.replace("doubt.", "remedy.") for key in known}


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_can_be_done_about_a_grave_doubt_is_said_in_every_language(kind, code):
    if kind.severity is Severity.MILD:
        return
    words = load_words(code)
    said = {words.remedy(example(kind, key)) for key in keys_of(kind)}
    assert "" not in said
    assert len(said) == len(keys_of(kind))  # about a reference it is another
    assert all("{" not in remedy for remedy in said)
    assert code == ENGLISH or said.isdisjoint(
        load_words().remedy(example(kind, key)) for key in keys_of(kind)
    )


@pytest.mark.parametrize(("kind", "key"), EXAMPLES)
def test_words_use_what_is_declared(kind, key):
    chosen_by = key.partition("+")[2]
    used = {name for name, _ in fields_in(ENGLISH_WORDS[key])}
    assert used <= {*kind.values, *(kind.optional if chosen_by else ())}
    assert not chosen_by or chosen_by in kind.optional
    assert ("about" in used) == ("about" in kind.values or chosen_by == "about")


@pytest.mark.parametrize(("kind", "key"), EXAMPLES)
def test_words_say_what_is_in_a_doubt(kind, key):
    doubt = example(kind, key)
    given = {**doubt.values, "about": doubt.about}
    said = load_words().doubt(doubt)
    assert said == ENGLISH_WORDS[key].format_map(given)
    assert all(given[name] in said for name, spec in fields_in(ENGLISH_WORDS[key]) if not spec)


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize(("kind", "key"), EXAMPLES)
def test_other_languages_say_the_same_in_other_words(kind, key, code):
    words, doubt = load_words(code), example(kind, key)
    assert fields_in(words.strings[key]) == fields_in(ENGLISH_WORDS[key])
    said, in_english = words.doubt(doubt), load_words().doubt(doubt)
    assert said != in_english
    assert "0.25" not in said or words.strings["decimal"] == "."


@pytest.mark.parametrize(("kind", "key"), EXAMPLES)
def test_a_doubt_is_the_same_after_it_was_json(kind, key):
    doubt = example(kind, key)
    again = Doubt.from_json(json.loads(json.dumps(doubt.to_json())))
    assert (again, again.severity) == (doubt, doubt.severity)
    assert again.to_json() == doubt.to_json()


def test_how_much_doubts_weigh_is_how_much_the_gravest_does():
    assert worst([]) is None
    assert worst([BLURRED(about="a.mp4")]) is Severity.MILD
    assert worst([BLURRED(about="a.mp4"), DARK(share=0.5)]) is Severity.GRAVE


# a kind

DARK = DoubtKind("dark", values=("share",), optional=("where", "about"), severity=Severity.GRAVE)
BLURRED = DoubtKind("blurred", values=("about",))


def test_a_kind_makes_doubts():
    assert DARK(share=0.5) == Doubt(DARK, {"share": 0.5})
    assert DARK(share=0.5, where="left", about="a.mp4") == Doubt(
        DARK, {"share": 0.5, "where": "left"}, "a.mp4"
    )
    assert DARK(share=0.5).severity is Severity.GRAVE
    assert BLURRED(about="a.mp4").severity is Severity.MILD


@pytest.mark.parametrize(
    ("kind", "values", "wrong"),
    [
        (DARK, {}, "share is missing"),
        (DARK, {"share": 0.5, "hue": 1.0}, "hue is not declared"),
        (DARK, {"shore": 0.5}, "share is missing, shore is not declared"),
        (BLURRED, {}, "about is missing"),
        (BLURRED, {"about": ""}, "about is missing"),
        (DoubtKind("late"), {"about": "a.mp4"}, "about is not declared"),
    ],
)
def test_values_are_those_that_are_declared(kind, values, wrong):
    with pytest.raises(TypeError, match=whole(f"a doubt of the kind {kind}: {wrong}")):
        kind(**values)


@pytest.mark.parametrize("name", ["", "no action", "a.b", "1st"])
def test_a_kind_has_a_name_of_one_word(name):
    message = (
        f"a kind of doubt is called {name!r}: it must be one word of letters, digits and _, "
        "such as no_action"
    )
    with pytest.raises(UsageError, match=whole(message)):
        DoubtKind(name)


def test_a_saved_kind_is_known_by_its_name():
    saved = Doubt.from_json(DARK(share=0.5).to_json())
    assert saved.kind == DARK
    assert saved.kind != BLURRED
    assert {saved.kind} == {DARK}
    assert str(saved.kind) == saved.kind.name == "dark"


def test_a_saved_kind_that_podium_does_not_have_is_kept():
    plain = {"kind": "foggy", "severity": "grave", "about": "", "values": {"percent": 30}}
    saved = Doubt.from_json(plain)
    assert saved.to_json() == plain
    assert saved.severity is Severity.GRAVE


SAVED = {"kind": "dark", "severity": "mild", "about": "", "values": {}}


@pytest.mark.parametrize(
    "plain",
    [
        {"kind": "odd"},
        {key: value for key, value in SAVED.items() if key != "severity"},
        SAVED | {"severity": "dire"},
        SAVED | {"severity": []},
        SAVED | {"kind": 3},
        SAVED | {"kind": "no action"},
        SAVED | {"values": 3},
        "dark",
        None,
    ],
    ids=str,
)
def test_what_is_no_doubt_is_refused(plain):
    message = f"{plain!r} is not a doubt: give one as it was saved"
    with pytest.raises(UsageError, match=whole(message)):
        Doubt.from_json(plain)
