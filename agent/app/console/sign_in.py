"""Sign in and out; in a demo home as one of its personas. And how the console looks."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from agent.app.console.forms import FormNeeds
from agent.app.console.render import THEMES, page
from agent.app.service.identity import (
    PageNeeds,
    SignInNeeded,
    Who,
    cookie_name,
    from_session,
    office_of,
)  # fmt: skip
from agent.app.service.rights import Right
from agent.desk.accounts import check_password
from agent.desk.sessions import LONGEST, end_session, open_session
from seeds import Persona, load_demo
from tools.errors import Denied

router = APIRouter(include_in_schema=False)
Anybody = Annotated[Who, Depends(PageNeeds(Right.PUBLIC))]
Field = Annotated[str, Form(max_length=300)]
WHERE_NEXT = "/"


def _inside(target: str) -> str:
    """A path of this service; anything else would send people elsewhere."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if plain and target.isprintable() and "\\" not in target else WHERE_NEXT


def _people(request: Request) -> tuple[Persona, ...]:
    return load_demo().personas if office_of(request).home.demo else ()


@router.get("/sign-in")
def sign_in_page(
    request: Request, _: Anybody, to: Annotated[str, Query(max_length=500)] = WHERE_NEXT
) -> Response:
    """The page to sign in."""
    return _form(request, _inside(to), "", 200)


def _form(request: Request, to: str, problem: str, status: int) -> Response:
    shown: dict[str, Any] = {"to": to, "problem": problem, "people": _people(request)}
    return page(request, None, "sign_in.html", shown, status)


@router.post("/sign-in")
def sign_in(
    request: Request,
    _: Anybody,
    user: Field = "",
    password: Field = "",
    persona: Field = "",
    to: Annotated[str, Form(max_length=500)] = WHERE_NEXT,
) -> Response:
    """Sign in by password, or as a persona of the demo."""
    office = office_of(request)
    name = persona or user
    try:
        if not persona:
            check_password(office.desk, user, password, office.now())
        elif persona not in {one.user_id for one in _people(request)}:
            raise Denied("this home has no such persona", ("sign-in",))
    except Denied as no:
        return _form(request, _inside(to), str(no), 403)
    method = "persona" if persona else "password"
    before = request.cookies.get(cookie_name(request))
    opened = open_session(office.desk, name, method, office.now(), before)
    answer = RedirectResponse(_inside(to), 303)
    answer.set_cookie(
        cookie_name(request), opened.secret, max_age=int(LONGEST.total_seconds()), path="/",
        httponly=True, samesite="lax", secure=_secure(request),
    )  # fmt: skip
    return answer


def _secure(request: Request) -> bool:
    return bool(request.app.state.origin.startswith("https:"))


@router.post("/sign-out")
def sign_out(
    request: Request, who: Annotated[Who, Depends(FormNeeds(Right.SIGNED_IN))]
) -> Response:
    """End the session."""
    end_session(office_of(request).desk, request.cookies.get(cookie_name(request), ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(cookie_name(request), path="/", secure=_secure(request), httponly=True)
    return answer


@router.post("/look")
def set_look(
    request: Request,
    _: Anybody,
    theme: Field = "",
    keys: Field = "",
    to: Annotated[str, Form(max_length=500)] = WHERE_NEXT,
) -> Response:
    """Choose the theme, or switch single keys on or off."""
    answer = RedirectResponse(_inside(to), 303)
    for name, value, known in (("theme", theme, THEMES), ("keys", keys, ("on", "off"))):
        if value in known:
            answer.set_cookie(
                name, value, max_age=31536000, samesite="lax", secure=_secure(request),
                httponly=True,
            )  # fmt: skip
    return answer


def signed_in(request: Request) -> Who | None:
    """Who is signed in, if anybody."""
    try:
        return from_session(request)
    except SignInNeeded:
        return None
