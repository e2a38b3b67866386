"""The application: its resources, and what probes ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from orders_service import database, items, tokens
from orders_service.logs import log
from orders_service.problems import ANSWERS, MOST, problem
from orders_service.settings import Settings
from orders_service.telemetry import QUIET, Observed, draining

BUDGET = 0.8  # seconds that the readiness probe may take


def observed(settings: Settings) -> Observed:
    """The application as it is served."""
    return Observed(create_app(settings), problem(413), problem(503), MOST)


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
    app.include_router(items.router, dependencies=tokens.needed(settings))

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
