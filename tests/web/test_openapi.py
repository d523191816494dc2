"""Odd requests made from the description of the interface never bring it down."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from podium.web.api import choices_of, make_app

from .conftest import HERE

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

OPERATIONS = {
    "GET /api/choices", "POST /api/videos", "GET /api/videos/{id}/first_frame",
    "DELETE /api/videos/{id}", "POST /api/assessments",
    "GET /api/assessments", "GET /api/assessments/{id}", "DELETE /api/assessments/{id}",
    "POST /api/assessments/{id}/cancel", "POST /api/assessments/{id}/again", "GET /api/work",
    "GET /api/comparison", "POST /api/batches",
    "GET /api/assessments/{id}/result.json", "GET /api/assessments/{id}/clips.csv",
    "GET /api/assessments/{id}/notes", "PUT /api/assessments/{id}/notes",
    "GET /api/assessments/{id}/timeline.vtt", "GET /api/batches/{id}",
    "GET /api/batches/{id}/table.csv", "POST /api/audits", "DELETE /api/audits/{id}",
    "PATCH /api/assessments/{id}", "GET /api/athletes", "DELETE /api/athletes", "GET /api/season",
    "GET /api/assessments/{id}/rendering", "POST /api/assessments/{id}/rendering",
    "DELETE /api/assessments/{id}/rendering", "GET /api/assessments/{id}/rendering/file",
    "POST /api/uploads", "GET /api/uploads/{id}", "PUT /api/uploads/{id}",
    "DELETE /api/uploads/{id}",
    "POST /api/tables", "GET /api/store", "POST /api/store",
    "GET /api/audits/{id}/audit.json", "GET /api/side_by_side", "GET /api/steps",
    "GET /api/assessments/{id}/video.mp4", "GET /api/assessments/{id}/voice",
    "PUT /api/assessments/{id}/voice", "DELETE /api/assessments/{id}/voice",
}  # fmt: skip
SENDING = ("POST /api/videos", "POST /api/audits")
"""Those that start a process each time."""

LOCAL = {"host": "127.0.0.1"}


@pytest.fixture(scope="module")
def described(small_model, tmp_path_factory):
    choices_of(str(small_model.folder))  # asked once: it takes seconds
    folder = tmp_path_factory.mktemp("openapi") / "store"
    app = make_app(folder, model=str(small_model.folder), works=False)
    return schemathesis.openapi.from_asgi("/openapi.json", asked_from_here(app), headers=LOCAL)


def asked_from_here(app):
    """Have an application believe that all requests come from this machine."""

    async def asked(scope, receive, send):
        await app({**scope, "client": HERE}, receive, send)

    return asked


def operations(described) -> dict:
    found = [result.ok() for result in described.get_all_operations()]
    return {f"{one.method.upper()} {one.path}": one for one in found}


def test_all_that_the_page_uses_is_described(described):
    assert set(operations(described)) == OPERATIONS


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_nothing_is_answered_by_a_fault(described, name):
    @given(case=operations(described)[name].as_strategy())
    @settings(
        max_examples=10 if name in SENDING else 30, derandomize=True,
        database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    def check(case):
        assert case.call(headers=LOCAL, timeout=60).status_code < 500

    check()
