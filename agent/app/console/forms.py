"""Forms of the console: every one carries the session's secret, or it is not done."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Form, Request

from agent.app.service.identity import PageNeeds, Who
from agent.app.service.rights import Right
from tools.errors import Denied

Csrf = Annotated[str, Form(max_length=200)]


class FormNeeds(PageNeeds):
    """A page's right, for a route that changes something: the form's secret is checked as well."""

    async def __call__(self, request: Request) -> Who:  # type: ignore[override]
        """Who sends the form, if they may and it is their own."""
        from starlette.concurrency import run_in_threadpool

        who = await run_in_threadpool(super().__call__, request)
        form = await request.form(max_files=0, max_fields=100)
        given = str(form.get("csrf", ""))
        if not who.csrf or not secrets.compare_digest(given.encode(), who.csrf.encode()):
            raise Denied("this form is not of your session; open the page again", ("csrf",))
        return who


SIGNED_IN_FORM = FormNeeds(Right.SIGNED_IN)
