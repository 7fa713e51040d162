"""Outgoing documents, one module for each part of their way: drafting, deciding, numbering, issuing, receipts."""
