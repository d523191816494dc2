"""A model goes to a hub and comes back: a folder server of this machine, with a hub's paths."""

import base64
import json
import os
import sys
from dataclasses import replace

import pytest

from elsewhere import web_server
from messages import whole
from podium.cli.commands import run
from podium.errors import MissingExtra, ModelError, NotFetched, UnknownName, UsageError
from podium.exporting import push_model
from podium.machine.hub import HubFolder
from podium.model import SHIPPED, find_model, load_model

FILES = {path.name: path.read_bytes() for path in (SHIPPED / "simulated").iterdir()}


@pytest.fixture
def hub(monkeypatch):
    """A hub with the files of a model, and which were asked for."""
    with web_server() as server:
        serve(server, FILES)
        monkeypatch.setenv("HF_ENDPOINT", f"{server.address}/")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield server


def serve(server, files, revision="main"):
    for name, content in files.items():
        server.answers[f"/us/er/resolve/{revision}/{name}"] = (200, {}, content)


def test_a_model_comes_from_a_hub_once(hub, tmp_path):
    model = load_model("hub:us/er")
    assert model.name == load_model("simulated").name
    assert {path.name for path in find_model("hub:us/er").iterdir()} == FILES.keys()
    n_asked = len(hub.asked)
    assert n_asked == 5  # two of which are not there
    load_model("hub:us/er")
    assert len(hub.asked) == n_asked
    serve(hub, FILES, "v1")
    assert find_model("hub:us/er@v1") == find_model("hub:us/er").with_name("er@v1")
    assert [
        path.name for path in find_model("hub:us/er").parent.iterdir() if path.name[0] == "."
    ] == []
    (find_model("hub:us/er") / "config.json").unlink()
    load_model("hub:us/er")  # what is missing comes again


def test_the_command_line_scores_with_it(hub, small_model, tmp_path, capsys):
    video = str(small_model.video())
    words = ["score", video, "--json", "--action", "407", "--difficulty", "3.0", "--model"]
    serve(
        hub,
        {path.name: path.read_bytes() for path in small_model.folder.iterdir() if path.is_file()},
    )
    assert run([*words, "hub:us/er"]) == 0
    there = json.loads(capsys.readouterr().out)
    assert run([*words, str(small_model.folder)]) == 0
    here = json.loads(capsys.readouterr().out)
    del there["model"], here["model"]  # named by their folders
    assert there == here


@pytest.mark.parametrize(
    "name",
    ["hub:er", "hub:../er", "hub:us/..", "hub:us/er/x", "hub:us/er@../x", "hub:us/er@", "hub:"],
)
def test_a_name_that_is_none_asks_nobody(name, hub):
    said = f"{name!r} names no folder of a hub: write hub:user/name, or hub:user/name@revision"
    with pytest.raises(UnknownName, match=whole(said)):
        load_model(name)
    assert hub.asked == []


def test_what_a_hub_should_not_answer_is_said(hub, monkeypatch):
    address = f"{hub.address}/us/er/resolve/main"
    hub.answers["/us/er/resolve/main/config.json"] = (200, {}, b"<html>Sign in</html>")
    said = (
        f"{address}/config.json: is a page of a web site, not the file: give the address of the "
        "file itself, and check that you may read it"
    )
    with pytest.raises(NotFetched, match=whole(said)):
        load_model("hub:us/er")
    hub.answers["/us/er/resolve/main/config.json"] = (200, {"Content-Length": "4000001"}, b"{}")
    said = f"{address}/config.json: has more than the 4,000,000 bytes allowed: use another"
    with pytest.raises(NotFetched, match=whole(said)):
        load_model("hub:us/er")
    del hub.answers["/us/er/resolve/main/config.json"]
    said = (
        f"{address}/config.json: the server answers 404 (Not Found): check the address, and that "
        "you may read it"
    )
    with pytest.raises(NotFetched, match=whole(said)):
        load_model("hub:us/er")
    assert not HubFolder.of("hub:us/er").kept().exists()
    monkeypatch.setenv("HF_ENDPOINT", "file:///etc")
    said = "HF_ENDPOINT is 'file:///etc': it must begin with https:// or http://"
    with pytest.raises(UsageError, match=whole(said)):
        load_model("hub:us/er")


def test_what_a_stranger_offers_is_no_program(hub):
    config = json.loads(FILES["config.json"])
    config["scorer"]["name"] = "os:system"
    serve(hub, {"config.json": json.dumps(config).encode()})
    with pytest.raises(ModelError, match="os:system"):
        load_model("hub:us/er")
    serve(hub, {"setup.py": b"print(1)", "model.pkl": b"."})
    assert not {"setup.py", "model.pkl"} & set(os.listdir(find_model("hub:us/er")))


def test_a_token_goes_to_the_hub_and_no_further(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "a-secret")
    with web_server({"/file": (200, {}, FILES["model.safetensors"])}) as other:
        there = {"Location": f"{other.address}/file"}
        hub.answers["/us/er/resolve/main/model.safetensors"] = (302, there, b"")
        load_model("hub:us/er")
        assert other.secrets == [None]
    assert set(hub.secrets) == {"Bearer a-secret"}


def test_a_model_goes_to_a_hub_and_comes_back(hub, monkeypatch, capsys):
    pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")
    monkeypatch.setenv("HF_TOKEN", "a-secret")
    answer = {"url": f"{hub.address}/us/er", "name": "us/er", "id": "us/er"}
    hub.posts["/api/repos/create"] = lambda _: answer
    hub.posts["/api/validate-yaml"] = lambda _: {"errors": [], "warnings": []}
    hub.posts["/api/models/us/er/preupload/main"] = lambda asked: {
        "files": [
            {"path": one["path"], "uploadMode": "regular", "shouldIgnore": False}
            for one in json.loads(asked)["files"]
        ]
    }
    came = {}

    def commit(asked):
        for line in map(json.loads, asked.splitlines()):
            if line["key"] == "file":
                came[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
        url = f"{hub.address}/us/er/commit/{'a' * 40}"
        return {"success": True, "commitUrl": url, "commitOid": "a" * 40}

    hub.posts["/api/models/us/er/commit/main"] = commit
    assert run(["push", "simulated", "hub:us/er"]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"simulated is at {hub.address}/us/er"
    assert came == FILES
    serve(hub, came)
    assert load_model("hub:us/er").evidence == load_model("simulated").evidence
    hub.posts.clear()
    with pytest.raises(NotFetched, match="does not take us/er"):
        push_model("simulated", "hub:us/er")


def test_what_cannot_be_sent_is_refused(monkeypatch):
    with pytest.raises(
        UsageError, match=whole("hub:a/b: is on a hub: name a model or a folder of this machine")
    ):
        push_model("hub:a/b", "hub:c/d")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    said = "podium push needs huggingface_hub, which is not installed: pip install 'podium[hub]'"
    with pytest.raises(MissingExtra, match=whole(said)):
        push_model("simulated", "hub:us/er")


def test_what_came_damaged_is_not_kept(hub):
    """A later try asks again; a model that is here is kept, whatever becomes of it."""
    good = FILES["model.safetensors"]
    kept = HubFolder.of("hub:us/er").kept()
    damaged = (
        f"{kept}: is not a complete model (model.safetensors: its header promises 8,072 bytes: it "
        "is damaged): train it again, or copy the folder again; it came from a hub "
    )
    anew = "just now, and was not kept: try again, or ask who pushed it"
    for broken, said in (
        ({"model.safetensors": good[:1000]}, damaged + anew),
        (
            {"config.json": b'{"error": "Repository not found"}'},
            f"{kept}/config.json: is missing or not a model's config (it has no format): train "
            f"the model again, or copy the folder again; it came from a hub {anew}",
        ),
    ):
        serve(hub, {**FILES, **broken})
        with pytest.raises(ModelError, match=whole(said)):
            load_model("hub:us/er")
        assert not kept.exists()
    serve(hub, FILES)
    load_model("hub:us/er")
    (kept / "model.safetensors").write_bytes(good[:1000])
    said = damaged.removesuffix("it came from a hub ") + (
        f"it came from a hub: to have it fetched anew, remove {kept}"
    )
    with pytest.raises(ModelError, match=whole(said)):
        load_model("hub:us/er")
    assert kept.exists()


def test_a_server_that_sends_on_in_a_circle_is_told_in_one_line(hub):
    path = "/us/er/resolve/main/config.json"
    hub.answers[path] = (302, {"Location": f"{hub.address}{path}"}, b"")
    said = (
        f"{hub.address}{path}: the server answers 302 (The HTTP server returned a redirect error "
        "that would lead to an infinite loop. The last 30x error message was: Found): check the "
        "address, and that you may read it"
    )
    with pytest.raises(NotFetched, match=whole(said)):
        load_model("hub:us/er")


def test_a_model_of_several_scores_goes_to_a_hub_and_comes_back_whole(hub, tmp_path, monkeypatch):
    folder = tmp_path / "several"
    model = load_model("simulated")
    replace(model, scores={"elements": model, "finish": model}).save(folder)
    sent = []
    monkeypatch.setattr(HubFolder, "push", lambda _, where, files, private: sent.extend(files))
    push_model(str(folder), "hub:us/er")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {*sent} - {"experts.json", "experts.safetensors"}
    serve(hub, {name: (folder / name).read_bytes() for name in files})
    assert [*load_model("hub:us/er").scores] == ["elements", "finish"]
    n_asked = len(hub.asked)
    load_model("hub:us/er")
    assert len(hub.asked) == n_asked
