"""The collaborators of the graph in LangGraph Studio: the home named by HOLDDESK_HOME."""

from __future__ import annotations

import os
from pathlib import Path

from agent.app.home import open_home
from agent.app.opening import workplace
from agent.desk.store import Desk
from agent.review.staged import ReviewStages


def collaborators() -> tuple[ReviewStages, Desk]:
    """The stages and the desk of a home (default `.holddesk`); load data or run the demo first."""
    home = open_home(Path(os.environ.get("HOLDDESK_HOME", ".holddesk")))
    rules = home.rules()
    review = ReviewStages(home.snapshot(), rules)
    return review, workplace(home, rules, review).desk
