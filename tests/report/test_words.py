import re

import pytest

from podium.assessment.positions import OTHER_POSITION
from podium.assessment.question import NO_ACTION, NO_DIFFICULTY, UNUSUAL_DIFFICULTY
from podium.backbones.pose import NOBODY_SEEN
from podium.doubts import Doubt, DoubtKind
from podium.errors import UnknownName
from podium.features.given import KEYPOINTS_GIVEN
from podium.features.values import FEATURES_GIVEN
from podium.joints.follow import JOINTS_UNSEEN
from podium.keypoints import KEYPOINTS_FILLED
from podium.report import words
from podium.report.words import languages, load_words
from podium.video.gaps import DAMAGED_PARTS, FRAMES_MISSING, GAP, PICTURE_ENDS_EARLY
from podium.video.layout import REPEATED_FRAMES
from podium.witnesses import END_IS_MISSING, EVENT_NOT_FOUND, REMEMBERED
from podium.witnesses.ending import STOPS_EARLY
from podium.witnesses.novelty import NOVEL
from podium.witnesses.order import OUT_OF_ORDER
from podium.witnesses.same_action import OTHER_ACTION

CODES = sorted(languages())


def values_in(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


def test_there_are_three_languages():
    assert languages() == {"de": "Deutsch", "en": "English", "fr": "Français"}


@pytest.mark.parametrize("code", CODES)
def test_every_language_says_the_same_things(code):
    english, other = load_words("en").strings, load_words(code).strings
    assert list(other) == list(english)
    for key in english:
        assert values_in(other[key]) == values_in(english[key]), key
        assert other[key].strip() or not english[key].strip(), key


def test_a_new_language_is_one_file(tmp_path, monkeypatch):
    for path in words.FOLDER.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    spanish = (tmp_path / "en.json").read_text("utf-8").replace('"English"', '"Español"')
    (tmp_path / "es.json").write_text(spanish, "utf-8")
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    assert languages()["es"] == "Español"


def test_french_is_set_as_in_french():
    strings = load_words("fr").strings
    loose = r"(?<!\u00a0)(?:[!?;»]|:(?=\s|$))| %|«(?!\u00a0)|'"
    assert [key for key, text in strings.items() if re.search(loose, text)] == []


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(
        UnknownName,
        match=rf"^no language is called '../en': choose one of {', '.join(languages())}, "
        "or add a file to podium/report/_words$",
    ):
        load_words("../en")


def test_numbers_are_written_as_the_language_does():
    english, german = load_words("en"), load_words("de")
    assert (english.number(1.25, 2), german.number(1.25, 2)) == ("1.25", "1,25")
    assert german.number(3, signed=True) == "+3,0"
    assert english.number(float("nan")) == "?"
    assert (english.plain(0.5), german.plain(3.0)) == ("0.5", "3")


def test_a_value_is_never_read_as_a_template():
    assert load_words("en")("title.comparison", name="{score} {0}") == "{score} {0}: comparison"


def test_an_unknown_moment_keeps_its_name():
    assert load_words("de").moment("somer_sault") == "somer-sault"
    assert load_words("de").moment("take_off") == "Absprung"


UNSEEN = "what was not seen may have gone well or badly"
WIDE = f"{UNSEEN}, so a score has a wide range"
SAID = {  # the words of today; that every kind has some is seen in tests/test_doubts.py
    DAMAGED_PARTS(n=3): "3 damaged parts of the video were skipped",
    FRAMES_MISSING(n=3, promised=20):
        "only 3 of the 20 frames promised by the file could be read",
    PICTURE_ENDS_EARLY(end=3.1, promised=5.0):
        "the picture ends after 3.1 of the 5.0 s promised by the file",
    GAP(start=1.0, end=2.0): "there is no frame between 1.0 and 2.0 s",
    REPEATED_FRAMES(n=4):
        "frames that only repeat the one before were left out: 4",
    FEATURES_GIVEN(): "features were given instead of a video",
    KEYPOINTS_GIVEN(): "keypoints were given instead of a video",
    KEYPOINTS_FILLED(percent=30.0):
        "30 % of the keypoints were not seen and were filled in",
    KEYPOINTS_FILLED(percent=30.0, never="head"):
        "30 % of the keypoints were not seen and were filled in; never seen: head",
    JOINTS_UNSEEN(percent=12.4):
        "12 % of the joints were not seen: where they are is worked out from the rest of the "
        "body and the frames beside",
    NOBODY_SEEN(n=1, clips=9):
        "nobody was seen in 1 of 9 clips: joints there are guesses",
    NO_ACTION(action="407"):
        "no action was given: it was taken to be 407, which it looks like",
    NO_DIFFICULTY(difficulty=3.2, low=2.8, high=3.6):
        "no difficulty was given: 3.2 was assumed, and the range covers 2.8 to 3.6",
    NO_DIFFICULTY(difficulty=3.2):
        "no difficulty was given: 3.2 was assumed",
    UNUSUAL_DIFFICULTY(difficulty=32.0, low=1.6, high=4.1):
        "difficulty 32 is far from those the model was trained on (1.6 to 4.1): check it",
    REMEMBERED():
        "the model learned from this very performance: the score says what it remembers, not how "
        "well it scores",
    END_IS_MISSING(): f"the end of the video is missing: {WIDE}",
    EVENT_NOT_FOUND(event="splash"):
        f"the splash was not found in the video: {UNSEEN}",
    STOPS_EARLY():
        f"the video seems to stop before the performance does: {WIDE}",
    NOVEL(share=0.003):
        "this video is unlike those the model was trained on (only 0.3% of them lie as far from "
        "the others)",
    NOVEL(share=0.003, about="a.mp4"):
        "the reference a.mp4 is unlike those the model was trained on (only 0.3% of them lie as "
        "far from the others)",
    OUT_OF_ORDER():
        "the moments of this video do not come in the usual order",
    OUT_OF_ORDER(about="a.mp4"):
        "the moments of the reference a.mp4 do not come in the usual order",
    OTHER_POSITION(action="207C", experts="207B"):
        "207C was compared with an expert's 207B: part of what differs may be the position, not "
        "how well it was done",
    OTHER_ACTION(about="a.mp4"):
        "the reference a.mp4 seems to show another action than this video",
}  # fmt: skip


@pytest.mark.parametrize("doubt", SAID, ids=str)
def test_every_doubt_is_said_in_english(doubt):
    assert load_words("en").doubt(doubt) == SAID[doubt]


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
@pytest.mark.parametrize("doubt", SAID, ids=str)
def test_every_doubt_is_said_in_every_language_with_its_values(doubt, code):
    words = load_words(code)
    said, english = words.doubt(doubt), SAID[doubt]
    assert said != english
    numbers = r"\d+(?:[.,]\d+)?"
    written = [number.replace(".", words.strings["decimal"]) for number in
               re.findall(numbers, english)]  # fmt: skip
    assert sorted(re.findall(numbers, said)) == sorted(written)
    assert doubt.about in said


def test_a_doubt_without_words_is_named():
    foggy = DoubtKind("too_foggy", values=("percent",), optional=("where", "about"))
    assert load_words("en").doubt(DoubtKind("too_foggy")()) == "too foggy"
    assert load_words("de").doubt(foggy(percent=1.5, where="{left}", about="a.mp4")) == (
        "too foggy (percent: 1,5, where: {left}, about: a.mp4)"
    )


def test_a_saved_doubt_whose_values_fit_no_words_is_named():
    words = load_words("en")
    assert words.doubt(Doubt(NOVEL, {"share": "all"})) == "novel (share: all)"
    assert words.doubt(Doubt(NOVEL, {})) == "novel"
    assert words.remedy(Doubt(EVENT_NOT_FOUND, {})) == ""


def test_what_to_do_is_known_of_some_doubts():
    words = load_words("en")
    assert words.remedy(FRAMES_MISSING(n=3, promised=20)) == "copy the file again from the camera"
    assert "until a second after the splash" in words.remedy(EVENT_NOT_FOUND(event="splash"))
    assert words.remedy(REMEMBERED()) == ""


def test_an_event_is_called_by_its_name_in_each_language():
    assert "„Spritzer“" in load_words("de").doubt(EVENT_NOT_FOUND(event="splash"))
    assert "„Spritzer“" in load_words("de").remedy(EVENT_NOT_FOUND(event="splash"))
    assert "<height>" in load_words("de").doubt(EVENT_NOT_FOUND(event="<height>"))


def test_a_name_in_a_doubt_is_never_a_template():
    doubt = OTHER_ACTION(about="{0} {n!r}")
    assert "{0} {n!r}" in load_words("de").doubt(doubt)


def test_the_words_of_a_script_are_those_with_its_prefix():
    assert load_words("en").of("moment")["flight"] == "flight"
