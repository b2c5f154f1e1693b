"""The console's routes, and the page that says what went wrong."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from agent.app.console import case_page, desk_pages, queue_page, sign_in
from agent.app.console.render import page
from agent.app.service.identity import PageNeeds, Who
from agent.app.service.problems import Problem
from agent.app.service.rights import Right

START = {
    "auditor": "/audit", "admin": "/sources", "evaluator": "/policies",
    "executive": "/queue?view=value",
}  # fmt: skip
"""Where a role begins; the others begin with what waits for them."""
WAITING_ON_ME = "/queue?view=mine"


def install(app: FastAPI) -> None:
    """Put the pages into an application."""
    app.add_api_route("/", start, include_in_schema=False)
    for router in (sign_in.router, queue_page.router, case_page.router, desk_pages.router):
        app.include_router(router)


def start(who: Annotated[Who, Depends(PageNeeds(Right.SIGNED_IN))]) -> Response:
    """The page with which a role begins its day."""
    found = (START[role] for role in sorted(who.roles) if role in START)
    return RedirectResponse(next(found, WAITING_ON_ME), 303)


def problem_page(request: Request, problem: Problem) -> Response:
    """What went wrong, for a person; who is not signed in is asked to."""
    if problem.status == 401:
        path = request.scope["path"]
        query = request.scope.get("query_string", b"").decode("latin-1")
        back = quote(f"{path}?{query}" if query else path, safe="")
        if request.method == "GET" and "hx-request" not in request.headers:
            return RedirectResponse(f"/sign-in?to={back}", 303)
    who = sign_in.signed_in(request) if problem.status != 503 else None
    template = "problem_part.html" if "hx-request" in request.headers else "problem.html"
    return page(request, who, template, {"problem": problem}, problem.status)
