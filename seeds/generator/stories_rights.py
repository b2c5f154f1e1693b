"""Held orders whose cause lies in a screening, a licence or a missing signature."""

from __future__ import annotations

from seeds.generator.model import Hold, Story

COMPLIANCE = (
    Story(1365, "CU-120", "03-13", (("10-110", "10", "BOX"), ("20-305", "10", "BOX")),
          (Hold("CMP-SCREEN", "Party screening open", "03-09 14:30", "confirm"),),
          "compliance_issue", "possible_match",
          "The pop-up store on the quay resembles a listed name.",
          order={"ship_to": "ST-120-3"}),
    Story(1247, "CU-134", "03-12", (("40-102", "20", "BOX"), ("10-106", "10", "BOX")),
          (Hold("CMP-SCREEN", "Party screening hit", "03-04 08:00", "confirm"),),
          "compliance_issue", "hit", "The consignee at the trade fair is on a list.",
          order={"ship_to": "ST-134-1"}),
    Story(1382, "CU-112", "03-13", (("10-103", "20", "BOX"), ("10-107", "20", "BOX")),
          (Hold("ZB07", "Block 07", "03-10 08:30"),),
          "compliance_issue", "not_screened",
          "A new branch nobody has screened; the hold code is unknown here.",
          order={"ship_to": "ST-112-2"}),
    Story(1384, "CU-125", "03-13", (("R-9", "8", "BOX"), ("40-104", "10", "BOX")),
          (Hold("CMP-LIC", "Licence check", "03-10 08:55", "confirm", line=10),),
          "compliance_issue", "licence_quantity",
          "The licence has 48 canisters left and an earlier order takes half of them."),
    Story(1351, "CU-125", "03-12", (("R-9", "6", "BOX"),), (),
          story="Takes its share of the licence first."),
    Story(1357, "CU-122", "03-17", (("10-103", "60", "BOX"), ("40-105", "30", "BOX")),
          (Hold("APR-VALUE", "Value approval", "03-09 10:45", "confirm"),),
          "compliance_issue", "vat_id_invalid",
          "Held for its value, which needs no approval; the VAT id is no longer valid.",
          order={"ship_to": "ST-122-1", "remark": "Merci de livrer avant 10h, quai 4"}),
    Story(1347, "CU-136", "03-12", (("10-111", "10", "BOX"), ("30-101", "40", "BOX")),
          (Hold("MAN", "Keep until the ward confirms the new address", "03-09 08:50",
                forced=True, by="u.hoffmann"),),
          "", "", "Clear by the evidence: the match was cleared. A forced hold all the same.",
          order={"ship_to": "ST-136-2"}),
)  # fmt: skip

_VALUE = "Value above release threshold"

APPROVAL = (
    Story(1360, "CU-119", "03-13", (("50-104", "150", "BOX"),),
          (Hold("APR-VALUE", _VALUE, "03-09 11:30", "confirm"),),
          "approval_gap", "older_version",
          "Approved at 140 boxes, raised to 150 the same afternoon.",
          order={"ship_to": "ST-119-1", "version": 2}),
    Story(1366, "CU-120", "03-13", (("50-104", "160", "BOX"),),
          (Hold("APR-VALUE", _VALUE, "03-09 15:10", "confirm"),),
          "approval_gap", "self_approved", "Entered and approved by the same person.",
          order={"ship_to": "ST-120-1", "created_by": "u.petersen", "channel": "phone"}),
    Story(1387, "CU-120", "03-17", (("50-104", "720", "BOX"),),
          (Hold("APR-VALUE", _VALUE, "03-10 09:31", "confirm"),),
          "approval_gap", "quorum_short", "Needs two signatures and has one.",
          order={"ship_to": "ST-120-2"}),
    Story(1388, "CU-119", "03-16", (("50-104", "90", "BOX"),),
          (Hold("APR-VALUE", "Orders close below threshold", "03-10 10:02", "confirm"),),
          "approval_gap", "split_below_threshold",
          "Two orders of one morning, each just below what needs a signature.",
          order={"ship_to": "ST-119-1", "created_by": "u.brandt", "channel": "phone"}),
    Story(1390, "CU-119", "03-16", (("50-104", "88", "BOX"),), (),
          story="The other half of the split.",
          order={"ship_to": "ST-119-1", "created_by": "u.brandt", "channel": "phone"}),
    Story(1398, "CU-153", "03-12", (("60-103", "40", "EA"), ("20-304", "30", "EA")),
          (Hold("APR-DUP", "Possible duplicate", "03-10 12:11", "confirm"),),
          "approval_gap", "possible_duplicate",
          "The same order number as yesterday's, sent once more by e-mail.",
          order={"ship_to": "ST-153-1", "ref": "PO-153-3391", "channel": "email",
                 "created_by": "u.doyle"}),
    Story(1358, "CU-153", "03-12", (("60-103", "40", "EA"), ("20-304", "30", "EA")), (),
          story="The first of the two.", order={"ship_to": "ST-153-1", "ref": "PO-153-3391"}),
)  # fmt: skip

STORIES = (*COMPLIANCE, *APPROVAL)
