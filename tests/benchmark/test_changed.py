"""Results that were made with other options than today's say so."""

from dataclasses import asdict, replace

from podium.benchmark.changed import changed_since, changed_systems, noted_below
from podium.benchmark.provenance import About
from podium.benchmark.results import Results, SystemNote
from podium.benchmark.system import System
from podium.scorers.siamese_lstm import SiameseLSTMOptions

NOW = SiameseLSTMOptions(head="joint_in_order", n_networks=1)
SYSTEMS = (
    System("ours", "Ours", "siamese_lstm", NOW),
    System("ours_too", "Ours, too", "siamese_lstm", NOW),
    System("same", "The same", "siamese_lstm"),
    System("constant", "Constant", "constant"),
    System("new", "New", "siamese_lstm"),
)


def results(**options: object) -> Results:
    then = asdict(replace(NOW, **options))
    notes = {
        "ours": SystemNote("Ours", "siamese_lstm", then),
        "ours_too": SystemNote("Ours, too", "siamese_lstm", then),
        "same": SystemNote("The same", "siamese_lstm", asdict(SiameseLSTMOptions())),
        "constant": SystemNote("Constant", "constant"),
    }
    about = About(
        commit="", versions={}, backbone="motion", keypoints=None, n_performances=0, seeds=(),
        left_out="",
    )  # fmt: skip
    return Results(about, notes, ())


def test_what_was_measured_otherwise_is_named_with_what_it_was():
    found = results(head="joint", n_components=16)
    assert changed_systems(found, SYSTEMS) == dict.fromkeys(
        ("Ours", "Ours, too"),
        ("`head` joint (now joint_in_order)", "`n_components` 16 (now 32)"),
    )
    assert changed_since(found, SYSTEMS) == (
        "**Changed since.** These rows were measured before their options or their code became "
        "what they are today, and have not been measured again; claims that rest on them are of "
        "the system as it was. *Ours*; *Ours, too*: with `head` joint (now joint_in_order), "
        "`n_components` 16 (now 32)."
    )
    assert noted_below([found], SYSTEMS) == (
        "\n\nMeasured before their options or code became what they are today, and not again "
        "since: Ours; Ours, too."
    )


def test_nothing_is_said_where_nothing_changed():
    assert changed_since(results(), SYSTEMS) == ""
    assert noted_below([results()], SYSTEMS) == ""


def test_options_within_options_are_named_by_both():
    found = results(siamese=replace(NOW.siamese, activation="linear"))
    assert changed_systems(found, SYSTEMS)["Ours"] == ("`siamese.activation` linear (now relu)",)


def test_what_other_code_learned_is_said():
    found = results()
    notes = {
        name: replace(note, code=next(s for s in SYSTEMS if s.name == name).code())
        for name, note in found.systems.items()
    }
    assert changed_systems(replace(found, systems=notes), SYSTEMS) == {}
    notes["same"] = replace(notes["same"], code="0123456789ab")
    other = changed_systems(replace(found, systems=notes), SYSTEMS)
    assert other == {"The same": ("the code that learned as it was",)}
