"""Incoming documents after the register: submission, direction, transfer lines, deadlines, closing (handbook §7.4).

One act per function. An act takes the transaction and who acts, looks at the version that person saw, and raises
Refused with article and setting, InvalidFields with the field, or Stale when somebody was faster.
"""
