"""Tasks and directions (giao việc): what is given counts as an administrative direction (regulation, Article 9).

A task that was sent never changes: it can be supplemented or withdrawn. An act takes the transaction and who acts, and
raises Refused with article and setting, Invalid or InvalidFields for what was typed, Stale when somebody was faster.
"""
