"""A voice note is recorded in a browser, kept beside its assessment, and goes with it."""

import io
import math
import os
import shutil
import zipfile

import av
import numpy as np
import pytest

from browsers import CHROMIUM
from browsing import breaches
from firefox import running as running_firefox
from podium.report import voiced
from podium.report.words import load_words
from podium.web import voices
from podium.web.records import About
from podium.web.voices import kind_of

from .conftest import HERE, ORIGIN, TestClient, all_files, make_app, running
from .prepared import id_of, put_done
from .test_renderings import DONE, put_report

WEBM = b"\x1a\x45\xdf\xa3" + bytes(40)
VOICE = f"/api/assessments/{id_of(1)}/voice"
KEPT = f"assessments/{id_of(1)}/voice"


def client_of(folder):
    return TestClient(
        make_app(folder, model="simulated", works=False), base_url=ORIGIN, client=HERE
    )


@pytest.fixture
def own(tmp_path):
    """A client of a page with one assessment that is done."""
    put_done(tmp_path / "store", 1, About("Ada"))
    return client_of(tmp_path / "store")


def test_it_is_kept_replaced_and_deleted(own, tmp_path):
    address = f"/api/assessments/{id_of(1)}"
    assert own.get(address).json()["has_voice"] is False
    assert own.get(VOICE).json()["detail"] == (
        "there is no voice note beside this assessment: record one"
    )
    for content, kind in ((WEBM, "audio/webm"), (b"OggS" + bytes(9), "audio/ogg")):
        assert own.put(VOICE, content=content).status_code == 204
        heard = own.get(VOICE)
        assert (heard.content, heard.headers["content-type"]) == (content, kind)
        assert own.get(address).json()["has_voice"] is True
    assert not any((tmp_path / "store" / "partial").iterdir())
    assert own.delete(VOICE).status_code == 204
    assert own.get(VOICE).status_code == 404
    assert own.get(address).json()["has_voice"] is False


def test_what_is_no_sound_or_too_large_is_refused(own, tmp_path, monkeypatch):
    own.put(VOICE, content=WEBM)
    refused = own.put(VOICE, content=b"<html><script>")
    assert (refused.status_code, refused.json()["detail"]) == (
        415, "the voice note is no WebM, Ogg or MP4: record it with a browser"
    )  # fmt: skip
    assert own.put(VOICE, content=b"").status_code == 415
    large = own.put(VOICE, content=WEBM + bytes(voices.MAX_VOICE_BYTES))
    assert (large.status_code, large.json()["detail"]) == (
        413, "the voice note has more than the 10,485,760 bytes allowed: say it in fewer words"
    )  # fmt: skip
    assert own.get(VOICE).content == WEBM
    assert own.put(f"/api/assessments/{id_of(2)}/voice", content=WEBM).status_code == 404
    assert not any((tmp_path / "store" / "partial").iterdir())


@pytest.mark.parametrize(
    ("head", "kind"),
    [(WEBM, "audio/webm"), (b"OggS", "audio/ogg"), (b"\0\0\0\x1cftypiso5", "audio/mp4"),
     (b"ftypiso5", None), (b"", None), (b"RIFF", None)],
)  # fmt: skip
def test_what_kind_it_is_is_seen_by_how_it_begins(head, kind):
    assert kind_of(head) == kind


def test_it_goes_with_all_of_an_athlete(own, tmp_path):
    own.put(VOICE, content=WEBM)
    assert KEPT in all_files(tmp_path / "store")
    deleted = own.delete("/api/athletes", params={"athlete": "Ada"})
    assert (deleted.status_code, all_files(tmp_path / "store")) == (200, [])


def test_it_is_in_the_file_that_holds_everything(own, tmp_path):
    own.put(VOICE, content=WEBM)
    packed = own.get("/api/store").content
    other = client_of(tmp_path / "other")
    taken = other.post("/api/store", params={"name": "podium.zip"}, content=packed)
    assert (taken.status_code, other.get(VOICE).content) == (201, WEBM)
    strange = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as before, zipfile.ZipFile(strange, "w") as after:
        for name in before.namelist():
            after.writestr(name, b"<html>" if name == KEPT else before.read(name))
    third = client_of(tmp_path / "third")
    refused = third.post("/api/store", params={"name": "x.zip"}, content=strange.getvalue())
    assert refused.json()["detail"] == (
        f"x.zip: is not what podium serve packed (assessments/{id_of(1)}: its voice note is none "
        "that podium serve keeps)"
    )
    assert third.get("/api/assessments").json() == []


def test_only_the_page_that_plays_it_may_load_it_and_only_this_origin_records(own):
    page, other = own.get("/"), own.get("/athletes")
    assert page.headers["content-security-policy"].endswith("; media-src 'self'")
    assert "media-src" not in other.headers["content-security-policy"]
    assert other.headers["permissions-policy"] == "camera=(), geolocation=(), microphone=(self)"


@pytest.fixture
def served(tmp_path):
    put_done(tmp_path / "store", 1, About("Ada"))
    with running(tmp_path / "store", "simulated") as server:
        yield server


@pytest.fixture
def microphone(browser):
    """A Chromium whose microphone gives a tone, and that asks nobody whether it may be used."""
    found = next(path for name in CHROMIUM if (path := shutil.which(name)))
    more = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    chromium = browser.browser_type.launch(executable_path=found, args=[*fake, *more])
    yield chromium
    chromium.close()


def open_details(page):
    page.get_by_role("button", name="Details of dive 1.mp4").click()
    page.locator("#voice-record").wait_for()


def test_it_is_recorded_and_played_in_chromium(served, microphone):
    page = microphone.new_page()
    page.set_default_timeout(60_000)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{served.url}/")
    open_details(page)
    page.click("#voice-record")
    page.locator("#voice-said", has_text="Recording").wait_for()
    page.wait_for_timeout(1200)
    assert breaches(page) == []
    page.get_by_role("button", name="Stop recording").click()
    page.locator("#voice-said", has_text="Kept beside this assessment.").wait_for()
    kept = served.folder / "assessments" / id_of(1) / "voice"
    assert kind_of(kept.read_bytes()[:12]) == "audio/webm"
    page.evaluate("document.getElementById('voice-player').play()")
    page.wait_for_function("() => document.getElementById('voice-player').currentTime > 0.2")
    assert breaches(page) == []
    page.click("#details-close")
    page.get_by_role("button", name="Play or stop the voice note of dive 1.mp4").click()
    open_details(page)
    page.click("#voice-delete")
    page.locator("#voice-said", has_text="The voice note is deleted.").wait_for()
    assert not kept.exists()
    assert complaints == []


def test_what_is_recorded_is_kept_where_the_window_is_closed(served, microphone):
    page = microphone.new_page()
    page.goto(f"{served.url}/")
    open_details(page)
    page.click("#voice-record")
    page.locator("#voice-said", has_text="Recording").wait_for()
    page.wait_for_timeout(600)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Play or stop the voice note of dive 1.mp4").wait_for()


def test_where_nothing_can_be_recorded_that_is_said(served, visit):
    page = visit(f"{served.url}/").page
    page.context.add_init_script("delete window.MediaRecorder;")
    page.reload()
    page.get_by_role("button", name="Details of dive 1.mp4").click()
    said = page.locator("#voice-said", has_text="This browser records nothing here")
    said.wait_for()
    assert page.locator("#voice-record").is_hidden()


@pytest.mark.slow
def test_it_is_recorded_in_firefox(served, firefox_program, tmp_path):
    fake = {"media.navigator.streams.fake": True, "media.navigator.permission.disabled": True}
    with running_firefox(firefox_program, tmp_path, fake) as firefox:
        firefox.goto(f"{served.url}/")
        firefox.wait("document.querySelector('#rows button[aria-label^=\"Details of\"]')")
        firefox.evaluate(
            "document.querySelector('#rows button[aria-label^=\"Details of\"]').click()"
        )
        firefox.evaluate("document.getElementById('voice-record').click()")
        firefox.wait("document.getElementById('voice-said').textContent.startsWith('Recording')")
        firefox.evaluate("return new Promise((done) => setTimeout(done, 1200))")
        firefox.evaluate("document.getElementById('voice-record').click()")
        firefox.wait("document.getElementById('voice-said').textContent.startsWith('Kept')")
        firefox.evaluate("document.getElementById('voice-player').play()")
        firefox.wait("document.getElementById('voice-player').currentTime > 0.2")
        # It says so of what it recorded itself, and plays it all the same.
        own = f"Media resource {served.url}{VOICE} could not be decoded."
        assert set(firefox.complaints()) <= {own}
    kept = served.folder / "assessments" / id_of(1) / "voice"
    assert kind_of(kept.read_bytes()[:12]) in ("audio/ogg", "audio/webm")
    with av.open(str(kept)) as sound:
        n_samples = sum(frame.samples for frame in sound.decode(audio=0))
        assert n_samples > sound.streams.audio[0].rate


def tone(seconds: float) -> bytes:
    """A tone as browsers record speech: Opus in WebM."""
    kept = io.BytesIO()
    with av.open(kept, "w", format="webm") as made:
        stream = made.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 32_000
        for begin in range(0, round(seconds * 48_000), 960):
            waves = np.sin(2 * math.pi * 440 * (begin + np.arange(960)) / 48_000) / 2
            frame = av.AudioFrame.from_ndarray(
                (waves * 32_767).astype(np.int16)[None], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = 48_000, begin
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return kept.getvalue()


@pytest.fixture
def spoken(tmp_path, make_video):
    """A page with a report that plays, and a voice note beside it."""
    put_report(tmp_path / "store", make_video, has_expert=False)
    (tmp_path / "store" / "assessments" / DONE / "voice").write_bytes(tone(2))
    with running(tmp_path / "store", "simulated") as server:
        yield server


def test_it_is_in_the_report_that_is_kept_and_plays_without_the_page(spoken, visit, tmp_path):
    page = visit(f"{spoken.url}/assessments/{DONE}/report").page
    plays(page)
    assert breaches(page) == []
    with page.expect_download() as download:
        page.locator("#save-report").click()
    kept = tmp_path / "kept.html"
    download.value.save_as(kept)
    assert kept.stat().st_size < voiced.MOST_BYTES
    plays(visit(kept.as_uri(), offline=True).page)


def plays(page) -> None:
    page.locator("#voice audio").evaluate("audio => audio.play()")
    page.wait_for_function("() => document.querySelector('#voice audio').currentTime > 0.2")
    assert page.locator("#voice h2").inner_text() == "Voice note"


@pytest.mark.slow
def test_it_plays_in_a_report_in_firefox(spoken, firefox_program, tmp_path):
    with running_firefox(firefox_program, tmp_path) as firefox:
        firefox.goto(f"{spoken.url}/assessments/{DONE}/report")
        firefox.evaluate("document.querySelector('#voice audio').play()")
        firefox.wait("document.querySelector('#voice audio').currentTime > 0.2")
        # As of what it recorded itself, it says that it could not, and plays it all the same.
        for complaint in firefox.complaints():
            assert complaint.startswith("Media resource data:audio/webm;base64,"), complaint


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_one_that_is_too_large_for_the_file_stays_on_the_page_and_the_report_says_so(language):
    report = f'<html lang="{language}">media-src blob:;<main></main>'.encode()
    sound = bytes(3_700_000)
    inside = voiced.with_voice(report, sound, "audio/ogg")
    assert inside.count(b'src="data:audio/ogg;base64,AAAA') == 1
    assert b"media-src blob: data:;" in inside
    assert len(inside) <= voiced.MOST_BYTES
    left = voiced.with_voice(report, sound + bytes(100_000), "audio/ogg")
    said = load_words(language)("voice.left", size=load_words(language).number(3.8), most="5")
    assert f"<p>{said}</p></section>\n</main>" in left.decode()
    assert b"data:" not in left
    assert voiced.with_voice(b"no report", sound, "audio/ogg") == b"no report"
