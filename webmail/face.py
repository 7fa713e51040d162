"""The face of the office on the web: its routes, and what its pages need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from mailsvc.http.failures import Failure
from mailsvc.http.previews import Previews
from mailsvc.http.static import StaticFiles
from webmail import failing, pages
from webmail.bodies import BodyCache
from webmail.remote_pictures import Gate
from webmail.routes import (
    admin,
    admin_accounts,
    admin_addresses,
    admin_groups,
    admin_import,
    admin_mailboxes,
    admin_people,
    admin_queue,
    admin_roles,
    admin_trace,
    admin_units,
    audit_log,
    compose,
    compose_held,
    compose_settings,
    delegations,
    destroying,
    directing,
    directory,
    entering,
    feedback,
    frame,
    glass,
    handling,
    handling_slip,
    held,
    intake,
    live,
    mail_acts,
    mail_files,
    mail_find,
    mail_folders,
    mail_invites,
    mail_list,
    mail_program,
    mail_read,
    office_rules,
    office_start,
    out_document,
    out_draft,
    out_issue,
    out_list,
    printing,
    register,
    regulation,
    reporting,
    seek,
    settings,
    settings_away,
    signin,
    start,
    statistics,
    task_acts,
    tasks,
    work,
    work_acts,
)

_STATIC = Path(__file__).parent / "static"


class WebFace:
    """Vietnamese pages for mail and incoming documents. Every page is whole HTML, every act a form."""

    def __init__(self) -> None:
        self._static = StaticFiles(_STATIC)

    def routes(self) -> Sequence[BaseRoute]:
        writing = (compose, compose_held, compose_settings)  # before the lists: /thu/soan is no mailbox
        general = (start, signin, frame, seek, live)
        reading = (mail_find, mail_folders, mail_acts, mail_list, mail_read, mail_files, mail_invites, mail_program)
        letters = (*writing, *reading)
        papers = (intake, entering, work, register, handling, handling_slip, directing)
        following = (work_acts, tasks, task_acts, statistics, reporting)
        guarding = (delegations, held, glass, office_rules, feedback, regulation, destroying, audit_log, office_start)
        outgoing = (out_document, out_draft, out_issue, out_list, printing)
        people = (admin_mailboxes, admin_people, admin_accounts, admin_addresses, admin_roles)  # …/moi is no account
        managing = (directory, settings, settings_away, admin, *people, admin_import, admin_groups, admin_units)
        tending = (admin_queue, admin_trace)
        modules = (*general, *letters, *papers, *following, *guarding, *outgoing, *managing, *tending)
        return [self._static.route(), *(route for module in modules for route in module.ROUTES)]

    def attach(self, app: Starlette) -> None:
        app.state.templates = pages.environment(self._static)
        app.state.static = self._static
        app.state.bodies = BodyCache()
        app.state.picture_gate = Gate()
        app.state.previews = Previews(app.state.office, app.state.helpers)

    async def failure(self, request: Request, failure: Failure) -> Response:
        return await failing.failure_page(request, failure)

    def session_ended(self, request: Request, path: str, fields: tuple[tuple[str, str], ...]) -> Response:
        return signin.session_ended(request, path, fields)
