"""The application: shield, API, health, metrics and the console's pages, over one office."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.staticfiles import StaticFiles

from agent.app.console import pages
from agent.app.service import api_cases, api_desk, problems
from agent.app.service.identity import Needs, Who, office_of
from agent.app.service.office import Office
from agent.app.service.rights import Right
from agent.app.service.shapes import Health
from agent.app.service.shield import Bucket, Shield
from agent.app.service.telling import API, Telling

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
health = APIRouter(tags=["health"])
Public = Annotated[Who, Depends(Needs(Right.PUBLIC))]
Watcher = Annotated[Who, Depends(Needs(Right.METRICS))]
NOT_READY: dict[int | str, dict[str, Any]] = {503: {"model": Health}}


@health.get("/healthz")
def healthz(_: Public) -> Health:
    """The process answers."""
    return Health(status="ok")


@health.get("/readyz", responses=NOT_READY)
def readyz(request: Request, _: Public) -> Health:
    """Store, snapshot, policy and checkpoints are there; anything else is not ready."""
    missing = office_of(request).missing()
    if missing:
        told = Health(status="not ready", missing=[name.partition(":")[0] for name in missing])
        return JSONResponse(told.model_dump(), 503)  # type: ignore[return-value]
    return Health(status="ok")


@health.get("/metrics", response_class=Response)
def metrics(request: Request, _: Watcher) -> Response:
    """Counters in the text format of Prometheus."""
    return Response(request.app.state.telling.text(), media_type=CONTENT_TYPE_LATEST)


def application(
    office: Office,
    origin: str = "http://127.0.0.1:8700",
    *,
    rate: float = 400.0,
    sign_ins: float = 20,
) -> FastAPI:
    """The service over an office.

    Args:
        office: the home that is served.
        origin: where people reach it, such as https://desk.example.com; https makes cookies
            secure.
        rate: requests a second that one address may send for long.
        sign_ins: how often one address may try to sign in at once; then once in five seconds.
    """
    app = FastAPI(
        title="holddesk", version="1", docs_url=None, redoc_url=None, openapi_url=None,
        description="Explains blocked sales orders; a person decides. Sign in by bearer token.",
    )  # fmt: skip
    telling = Telling()
    app.state.office, app.state.origin, app.state.telling = office, origin, telling
    telling.watch(lambda: office.board.counts())
    app.include_router(health, responses=problems.RESPONSES)
    for router in (api_cases.router, api_desk.router, _openapi(app)):
        app.include_router(router, prefix=API, responses=problems.RESPONSES)
    pages.install(app)
    app.mount("/static", StaticFiles(directory=str(files("agent.app.console") / "static")))
    problems.install(app, pages.problem_page)
    app.add_middleware(
        Shield, hosts=hosts_of(origin), origin=origin, telling=telling,
        requests=Bucket(rate, rate * 2), sign_ins=Bucket(0.2, sign_ins),
    )  # fmt: skip
    return app


def hosts_of(origin: str) -> frozenset[str]:
    """The names under which a service at this origin answers."""
    named = urlsplit(origin).hostname or ""
    return LOOPBACK if named in LOOPBACK else LOOPBACK | {named}


def _openapi(app: FastAPI) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/openapi.json", include_in_schema=False)
    def openapi(_: Public) -> JSONResponse:
        """The description of the API."""
        return JSONResponse(described(app))

    return router


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the API, with the right of every operation."""
    if app.openapi_schema is None:
        schema = app.openapi()
        schema.setdefault("components", {})["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer"}
        }
        for path, method, right in declared(app):
            operation = schema["paths"].get(path, {}).get(method.lower())
            if operation is not None:
                operation["x-right"] = right.value
                operation["security"] = [] if right is Right.PUBLIC else [{"token": []}]
        app.openapi_schema = schema
    return app.openapi_schema


def declared(app: FastAPI) -> list[tuple[str, str, Right]]:
    """Every route with its method and the right that it declares.

    Raises:
        LookupError: a route declares no right, or several.
    """
    found = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if dependant is None or route.path is None:
            continue
        needs = [d.call for d in dependant.dependencies if isinstance(d.call, Needs)]
        if len(needs) != 1:
            raise LookupError(f"{route.path} declares {len(needs)} rights and needs one")
        found += [(route.path, method, needs[0].right) for method in sorted(route.methods or ())]
    return found
