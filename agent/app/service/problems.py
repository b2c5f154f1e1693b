"""The one error shape: problem details (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tools.errors import Denied, HolddeskError, Refused

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("holddesk.service")
Page = Callable[[Request, "Problem"], Response]


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    problem: str


class Problem(BaseModel):
    """Why a request was not done, and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    """A word for programs: denied, refused, stale, bad_input, not_found …"""
    rules: list[str] = Field(default_factory=list)
    """Ids of the rules that decided, where the guard said no."""
    errors: list[FieldProblem] = Field(default_factory=list)
    request_id: str = ""


class PreconditionRequired(HolddeskError):
    """A decision without If-Match: it would be taken on a packet that nobody named."""

    code = "precondition_required"
    http_status = 428


class PreconditionFailed(Refused):
    """The packet is not the one that was shown any more."""

    code = "precondition_failed"
    http_status = 412


class TooLarge(HolddeskError):
    """The body is larger than a request may be."""

    code = "too_large"
    http_status = 413


class TooMany(HolddeskError):
    """More requests than one person or address may send."""

    code = "too_many_requests"
    http_status = 429


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "model": Problem,
        "content": {MEDIA_TYPE: {}},
        "description": HTTPStatus(status).phrase,
    }
    for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}
"""What every route of the API may answer."""


def problem_of(request: Request, error: Exception) -> Problem:
    """An error in the one shape; what nobody foresaw says nothing of its cause."""
    asked = str(getattr(request.state, "request_id", ""))
    if isinstance(error, HolddeskError):
        rules = list(error.rules) if isinstance(error, Denied) else []
        return _problem(error.http_status, str(error), error.code, asked, rules=rules)
    if isinstance(error, RequestValidationError):
        fields = [_field(one) for one in error.errors()]
        detail = f"{fields[0].field}: {fields[0].problem}" if fields else "the request is wrong"
        return _problem(422, detail, "bad_input", asked, errors=fields)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return _problem(status, str(error.detail), status.name.lower(), asked)
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return _problem(500, f"something unexpected happened; quote {asked}", "unexpected", asked)


def _problem(status: int, detail: str, code: str, request_id: str, **more: Any) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(
        title=title, status=status, detail=detail, code=code, request_id=request_id, **more
    )


def _field(error: Any) -> FieldProblem:
    where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query"))
    return FieldProblem(field=where or "body", problem=str(error["msg"]))


def answer(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem as the API answers it."""
    more = dict(headers or {})
    if problem.status == HTTPStatus.UNAUTHORIZED:
        more["WWW-Authenticate"] = "Bearer"
    body = problem.model_dump(mode="json")
    return JSONResponse(body, problem.status, more, media_type=MEDIA_TYPE)


def install(app: FastAPI, page: Page) -> None:
    """Answer every error of an application in the one shape.

    Args:
        app: the application.
        page: makes the page for people; programs get JSON.
    """

    async def handle(request: Request, error: Exception) -> Response:
        problem = problem_of(request, error)
        headers = dict(getattr(error, "headers", None) or {})
        if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:  # else only the first route's methods
            headers = {"Allow": ", ".join(_methods(app, request.scope["path"]))}
        if for_programs(request):
            return answer(problem, headers)
        return page(request, problem)

    kinds: tuple[type[Exception], ...] = (
        HolddeskError, RequestValidationError, HTTPException, Exception,
    )  # fmt: skip
    handler: Callable[[Request, Exception], Awaitable[Response]] = handle
    for kind in kinds:
        app.add_exception_handler(kind, handler)


def _methods(app: FastAPI, path: str) -> list[str]:
    """Every method that a path answers to."""
    return sorted(
        {
            method
            for route in iter_route_contexts(app.routes)
            if getattr(route, "path_regex", None) and route.path_regex.match(path)
            for method in route.methods or ()
        }
    )


def for_programs(request: Request) -> bool:
    """Whether the caller is a program."""
    path = request.scope["path"]
    return path.startswith("/api/") or path in ("/healthz", "/readyz", "/metrics")
