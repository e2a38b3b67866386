"""The application: its resources, what probes ask, and what goes wrong as application/problem+json (RFC 9457)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException

from orders_service import database, items
from orders_service.logs import log
from orders_service.settings import Settings
from orders_service.telemetry import QUIET, Observed, draining

BUDGET = 0.8  # seconds that the readiness probe may take
MOST = 1 << 20  # bytes of a request's body


def observed(settings: Settings) -> Observed:
    """The application as it is served."""
    return Observed(create_app(settings), problem(413), MOST)


def create_app(settings: Settings) -> FastAPI:
    """The application; it opens no connection before the first request."""
    engine = database.engine(settings)

    # The framework's own spans, one a request, and only where somebody takes them.
    tracing: TelemetryConfig = {"exclude": lambda scope: scope["path"] in QUIET, "operation_spans": False}
    tracing |= {"auto_configure": bool(settings.otel_exporter_otlp_endpoint), "metrics": False, "logs": False}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    about: dict[str, Any] = {"title": "orders", "version": "1", "openapi_url": "/openapi.json"}
    app = FastAPI(**about, docs_url=None, redoc_url=None, lifespan=lifespan, max_body_size=MOST, telemetry=tracing)
    for kind, answer in ANSWERS.items():
        app.add_exception_handler(kind, answer)
    app.state.sessions = database.sessions(engine)
    app.include_router(items.router)

    @app.get("/livez", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> JSONResponse:
        if draining.is_set():
            return JSONResponse({"status": "draining"}, 503)
        try:
            async with asyncio.timeout(BUDGET), engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:  # whatever it is, the database does not answer
            log.warning("not ready", error=type(error).__name__)
            return JSONResponse({"status": "unavailable", "failed": ["database"]}, 503)
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.openapi()["components"]["schemas"]["Problem"] = items.Problem.model_json_schema()
    return app


def problem(status: int, detail: str = "", headers: Any = None, **more: Any) -> JSONResponse:
    """A problem, without anything from inside."""
    title = HTTPStatus(status).phrase
    about = {"type": "about:blank", "title": title, "status": status} | more
    about |= {"detail": detail} if detail not in ("", title) else {}
    return JSONResponse(about, status, headers, "application/problem+json")


async def refused(request: Request, error: HTTPException) -> JSONResponse:
    headers = error.headers
    if error.status_code == 405 and (known := request.app.openapi()["paths"].get(request.scope["route"].path)):
        headers = {"Allow": ", ".join(known).upper()}  # the framework names those of one handler
    return problem(error.status_code, error.detail, headers)


async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    wrong = [{"at": "/".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()]
    return problem(422, errors=wrong)


async def unavailable(_: Request, error: Exception) -> JSONResponse:
    log.error("database", error=type(error).__name__)
    return problem(503, headers={"Retry-After": "1"})


async def failed(_: Request, __: Exception) -> JSONResponse:
    return problem(500)


AWAY = dict.fromkeys((InterfaceError, OperationalError, TimeoutError), unavailable)
ANSWERS: dict[Any, Any] = {HTTPException: refused, RequestValidationError: invalid, Exception: failed, **AWAY}
