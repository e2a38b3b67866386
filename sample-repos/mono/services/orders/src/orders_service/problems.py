"""What goes wrong, as application/problem+json (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException

from orders_service.logs import log

MOST = 1 << 20  # bytes of a request's body


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
