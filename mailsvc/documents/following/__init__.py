"""Following up: what is due to whom, reminders once each, the morning digest, urging, daily reports, problems.

What is due is computed from the rows of tasks, incoming and outgoing documents; what was told stands in `reminders`,
written in the transaction that puts the mail into the mailbox (regulation, Articles 8, 10 and 13; handbook §9).
"""
