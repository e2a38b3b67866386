"""What holds without a database: probes, problems, settings, and what people see."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.types import Receive, Scope, Send

from orders_service import settings, telemetry

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_without_a_database_it_is_alive_and_not_ready(away: TestClient) -> None:
    assert away.get("/livez").status_code == 200
    answer = away.get("/readyz")
    assert (answer.status_code, answer.json()["failed"]) == (503, ["database"])
    assert away.get("/items").status_code == 503


def test_while_draining_clients_are_sent_away(away: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry.draining, "is_set", lambda: True)
    answer = away.get("/readyz")
    assert (answer.status_code, answer.json(), answer.headers["connection"]) == (503, {"status": "draining"}, "close")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", "", 404),
        ("PATCH", "/items", "", 405),
        ("POST", "/items", "x" * 2_000_000, 413),
        ("POST", "/items", '{"name": "", "quantity": 1}', 422),
        ("POST", "/items", '{"name": "a\\u0000", "quantity": 1}', 422),
        ("POST", "/items", '{"name": "tea", "quantity": 1, "more": 1}', 422),
        ("POST", "/items", "{", 422),
        ("GET", "/items/1", "", 422),
    ],
)
def test_what_is_wrong_is_a_problem(method: str, path: str, body: str, status: int, away: TestClient) -> None:
    answer = away.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert ("Allow" in answer.headers) is (status == 405)


def test_a_request_that_takes_too_long_is_ended(away: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(20)

    monkeypatch.setattr(telemetry, "SECONDS", 0.1)
    monkeypatch.setattr(away.app, "app", slow)
    answer = away.get("/items")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")


def test_a_request_is_one_span_one_line_and_one_observation(
    away: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    telemetry.configure("info", "1.2.3")
    away.get("/items/x?token=secret", headers={"traceparent": PARENT})
    away.get("/livez")
    [span] = spans.get_finished_spans()
    assert (span.name, span.kind) == ("GET /items/{item}", trace.SpanKind.SERVER)
    [found] = [each for each in map(json.loads, capsys.readouterr().out.splitlines()) if each["message"] == "request"]
    assert (found["status"], found["path"], found["trace_id"]) == (422, "/items/x", PARENT[3:35])
    metrics = away.get("/metrics").text
    assert 'http_request_duration_seconds_count{method="GET",route="/items/{item}",status="422"}' in metrics
    assert 'service_info{version="1.2.3"} 1.0' in metrics


def test_all_that_is_wrong_with_settings_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PORT", "http")
    with pytest.raises(SystemExit):
        settings.read()
    assert [line.split(":")[1] for line in capsys.readouterr().err.splitlines()] == [" PORT", " DATABASE_URL"]


def test_the_published_document_is_the_codes(away: TestClient) -> None:
    published = json.loads(Path("openapi.json").read_text("utf-8"))
    assert away.get("/openapi.json").json() == published, "run `make openapi`"
