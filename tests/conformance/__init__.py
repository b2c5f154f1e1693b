"""The cases of peers and of field reports, each run against the checks; see ../conformance.csv."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.scenarios_{part}" for part in ("credit", "reports", "stock", "price", "dates"))
)
