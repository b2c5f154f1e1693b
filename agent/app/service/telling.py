"""What the service tells of itself: counters for monitoring, and one line of JSON a request."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

import orjson
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Scope

API = "/api/v1"
log = logging.getLogger("holddesk.requests")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)


class Telling:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "holddesk_requests", "Requests answered.", ("route", "method", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "holddesk_request_seconds", "Seconds to the end of an answer.", ("route",),
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.decisions = Counter(
            "holddesk_decisions", "Decisions asked for, by what came of them.",
            ("decision", "outcome"), registry=self.registry,
        )  # fmt: skip

    def watch(self, counts: Callable[[], Mapping[str, int]]) -> None:
        """Tell the cases by state as well, counted whenever the counters are read."""
        self.registry.register(_Cases(counts))

    def request(self, scope: Scope, status: int, seconds: float) -> None:
        """One request was answered."""
        route = _route(scope)
        self.requests.labels(route, scope["method"], str(status)).inc()
        self.seconds.labels(route).observe(seconds)
        state = scope.get("state", {})
        line = {
            "request_id": state.get("request_id"), "user": state.get("user_id"),
            "method": scope["method"], "route": route, "status": status,
            "ms": round(seconds * 1000),
        }  # fmt: skip
        log.info(orjson.dumps(line).decode())

    def text(self) -> bytes:
        """The counters in the text format of Prometheus."""
        return generate_latest(self.registry)


def _route(scope: Scope) -> str:
    """The template of the route, so that no id becomes a counter of its own."""
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return "unmatched"
    return f"{API}{path}" if scope["path"].startswith(API) and not path.startswith(API) else path


class _Cases(Collector):
    def __init__(self, counts: Callable[[], Mapping[str, int]]) -> None:
        self.counts = counts

    def collect(self) -> Iterable[Metric]:
        """How many cases are in which state."""
        found = GaugeMetricFamily(
            "holddesk_cases", "Cases by the state of their newest packet.", labels=["state"]
        )
        for state, count in sorted(self.counts().items()):
            found.add_metric([state], count)
        yield found

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when the collector is registered."""
        return ()
