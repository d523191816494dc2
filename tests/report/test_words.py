import re

import pytest

from podium.errors import UnknownName
from podium.report import words
from podium.report.words import languages, load_words

CODES = sorted(languages())


def values_in(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


def test_english_and_one_more_are_there():
    assert languages()["en"] == "English"
    assert len(CODES) > 1


@pytest.mark.parametrize("code", CODES)
def test_every_language_says_the_same_things(code):
    english, other = load_words("en").strings, load_words(code).strings
    assert list(other) == list(english)
    for key in english:
        assert values_in(other[key]) == values_in(english[key]), key
        assert other[key].strip() or not english[key].strip(), key


def test_a_third_language_is_one_file(tmp_path, monkeypatch):
    for path in words.FOLDER.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    french = (tmp_path / "en.json").read_text("utf-8").replace('"English"', '"Français"')
    (tmp_path / "fr.json").write_text(french, "utf-8")
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    assert languages()["fr"] == "Français"


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


SAID = [
    "3 damaged parts of the video were passed over",
    "only 3 of the 20 frames promised could be read",
    "the picture ends at 3.1 of the 5.0 s promised",
    "there is no frame between 1.0 and 2.0 s",
    "frames that repeat the one before were left out: 4",
    "features were given instead of a video",
    "no action was given: it was compared as 407, whose expert is most like it",
    "no difficulty was given: 3.2 was assumed, and the range covers 2.8 to 3.6",
    "no difficulty was given: 3.2 was assumed",
    "difficulty 32 is far from those the model was trained on (1.6 to 4.1): check it",
    "this video is unlike those the model was trained on (only 0.3% of them lie as far from the "
    "others): take the score and its range with great caution",
    "the moments of this video do not come in the usual order: take the score and its range with "
    "great caution",
    "the reference a.mp4 seems to be of another action than this video: take the score and its "
    "range with great caution",
    "the reference a.mp4 is unlike those the model was trained on (only 0.3% of them lie as far "
    "from the others): take the score and its range with great caution",
    "the moments of the reference a.mp4 do not come in the usual order: take the score and its "
    "range with great caution",
]


@pytest.mark.parametrize("said", SAID)
def test_every_warning_is_known_and_keeps_its_values(said):
    assert load_words("en").warning(said) == said
    german = load_words("de").warning(said)
    assert german != said
    assert re.findall(r"\d+(?:\.\d+)?", german) == re.findall(r"\d+(?:\.\d+)?", said)


def test_a_warning_that_is_not_known_stays_as_it_is():
    assert load_words("de").warning("something else") == "something else"


def test_the_words_of_a_script_are_those_with_its_prefix():
    assert load_words("en").of("moment")["flight"] == "flight"
