"""Say a finding in the asker's language: the packet's own sentence, or its figures in another."""

from __future__ import annotations

from string import Formatter

from agent.llm.phrases import has_phrase, phrase, statements
from agent.llm.turn import Turn
from agent.llm.values import Packet, Shown, shown


def say_finding(
    turn: Turn, packet: Packet, path: str, *, part: str = "says", lead: str = ""
) -> None:
    """Say what a finding states (`says`) or what `clears` it.

    Args:
        turn: the answer so far.
        packet: the order's packet.
        path: the finding's place, such as `exceptions/0/findings/0`.
        part: `says` or `clears`.
        lead: words before it.
    """
    place = f"{path}/statement" if part == "says" else f"{path}/clears_when/text"
    template = _translated(turn, packet, path, place, part)
    if template is None:
        turn.says.quote(packet, place, lead)
        return
    sentence = packet["sentences"][place][0]
    values = _values(turn, packet, sentence)
    text = f"{lead} {template}" if lead else template
    turn.says.add(text, turn.language, packet, values, sentence["citations"])


def say_hold(turn: Turn, packet: Packet, n: int, hold: Packet) -> None:
    """Say what an active hold means, and whether the evidence agrees."""
    place = f"hold_check/{n}/note"
    found = packet["sentences"].get(place, [])
    key = _hold_key(hold)
    named = {figure["name"] for sentence in found for figure in sentence["figures"]}
    if len(found) != 1 or not has_phrase(key, turn.language) or named != {"hold", "code", "stage"}:
        turn.says.quote(packet, place)
        return
    values = _values(turn, packet, found[0]) | {"class": turn.word(hold["maps_to"] or "")}
    template, language = phrase(key, turn.language)
    turn.says.add(template, language, packet, values, found[0]["citations"])


def _hold_key(hold: Packet) -> str:
    if hold.get("forced"):
        return "hold_forced"
    if hold["maps_to"] is None:
        return "hold_unknown_code"
    agrees = {None: "hold_not_known", True: "hold_agrees", False: "hold_differs"}
    return agrees[hold["agrees"]]


def _code(packet: Packet, path: str) -> str:
    _, n, _, m = path.split("/")
    return str(packet["exceptions"][int(n)]["findings"][int(m)]["code"])


def _translated(turn: Turn, packet: Packet, path: str, place: str, part: str) -> str | None:
    """The first translation whose figures the packet's sentence has."""
    found = packet["sentences"].get(place, [])
    if turn.language == "en" or len(found) != 1:
        return None
    bound = {figure["name"] for figure in found[0]["figures"]}
    for template in statements(turn.language).get(_code(packet, path), {}).get(part, []):
        if {name for _, name, _, _ in Formatter().parse(template) if name} <= bound:
            return template
    return None


def _values(turn: Turn, packet: Packet, sentence: Packet) -> dict[str, Shown | str]:
    values: dict[str, Shown | str] = {}
    for figure in sentence["figures"]:
        found = turn.says.use(packet, shown(packet, figure["source"]))
        if found is not None:
            values[figure["name"]] = Shown(found.source, found.value, figure["unit"])
    return values
