"""The citation verifier: code that shares nothing with the drafter and reads only the packet."""

from agent.review.verify.packet import check_sentence, problems, row_hash

__all__ = ["check_sentence", "problems", "row_hash"]
