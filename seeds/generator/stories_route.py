"""Held orders whose cause lies in a run: its cutoff, its load, its calendar."""

from __future__ import annotations

from seeds.generator.model import Hold, Story

_NO_RUN = "Delivery date cannot be kept"

STORIES = (
    Story(1293, "CU-127", "03-12", (("10-110", "20", "BOX"), ("30-101", "20", "BOX")),
          (Hold("DLV-ROUTE", _NO_RUN, "03-10 06:20"),),
          "route_risk", "late", "The van of the eleventh has fifty kilograms left."),
    Story(1336, "CU-127", "03-13", (("50-101", "12", "BOX"), ("20-303", "10", "BOX")),
          (Hold("DLV-ROUTE", _NO_RUN, "03-10 06:20"),),
          "route_risk", "late", "Light, but toilet paper fills the van of the twelfth."),
    Story(1345, "CU-121", "03-13", (("10-103", "40", "BOX"), ("40-105", "20", "BOX")),
          (Hold("DLV-CUTOFF", "Cutoff missed", "03-10 12:05"),),
          "route_risk", "late",
          "The western truck of tomorrow closed at noon, an hour before somebody looked.",
          order={"ship_to": "ST-121-1"}),
    Story(1369, "CU-138", "03-16", (("R-9", "1", "BOX"), ("10-104", "20", "BOX")),
          (Hold("DLV-ROUTE", _NO_RUN, "03-10 06:21"),),
          "compliance_issue,route_risk", "licence_expired,late",
          "Friday's run falls on the stocktake; and the customer's licence has run out.",
          order={"ship": "03-13"}),
    Story(1380, "CU-102", "03-13", (("20-302", "800", "EA"),),
          (Hold("DLV-WEIGHT", "Exceeds vehicle", "03-10 08:15"),),
          "route_risk", "late,exceeds_vehicle", "More water than one truck can carry."),
    Story(1245, "CU-135", "03-06", (("20-304", "80", "EA"), ("60-103", "40", "EA")),
          (Hold("ATP-SHORT", "Quantity not confirmed", "03-05 05:50", "allocate"),),
          "route_risk", "already_late",
          "Held for stock that arrived on Monday; its promise has passed meanwhile."),
)  # fmt: skip
