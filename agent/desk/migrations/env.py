"""Alembic's entry: migrates the connection that `open_desk` hands over."""

from __future__ import annotations

from alembic import context

import agent.desk.account_models
import agent.desk.audit_models  # noqa: F401 - their tables
from agent.desk.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=False,  # the caller's transaction holds the migration and its lock
)
context.run_migrations()
