import pytest
from django.db import OperationalError, connection
from django.test import Client


def test_health_with_database(client: Client, db: None) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok"})


def test_health_without_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "down", "database": "unreachable"})


def test_pages_carry_a_strict_policy(client: Client, db: None) -> None:
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/api/v1/runs/no-id", "/api/v1/nothing", "/api/nothing"])
def test_absent_address_for_programs_is_json(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()) == (404, {"error": "Not here, or not yours."})


def test_absent_address_for_what_no_browser_sends_is_json(client: Client, db: None) -> None:
    response = client.post("/v3/auth/token", data='{"api_key": "x"}', content_type="application/json")
    assert (response.status_code, response.json()) == (404, {"error": "Not here, or not yours."})


def test_absent_address_for_people_is_a_page(client: Client, db: None) -> None:
    response = client.get("/no/such/page")
    assert (response.status_code, response["content-type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/api/v1/runs/", "/api/v1/findings/", "/api/v2/runs", "/api/v1/findings"])
def test_programs_get_json_for_what_the_api_has_not(db: None, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    for response in (strict.get(path), strict.post(path)):
        assert (response.status_code, response.json()) == (404, {"error": "Not here, or not yours."})
