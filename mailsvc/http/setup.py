"""Set-up from the address alone: what mail programs ask for before anybody has signed in.

The answer is the same for every address of our domains, whoever has it: nobody learns here which accounts there are.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mailsvc.core.errors import Invalid, NotFound, TooLarge
from mailsvc.http import setup_documents as documents
from mailsvc.http.limits import SETUP_BYTES
from mailsvc.mail import discovery
from mailsvc.mail.office import Office

AUTOCONFIG = ("/.well-known/autoconfig/mail/config-v1.1.xml", "/mail/config-v1.1.xml")
AUTODISCOVER = ("/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml", "/AutoDiscover/AutoDiscover.xml")
MOBILECONFIG = "/apple/mobileconfig"
PREFIXES = (*AUTOCONFIG, *AUTODISCOVER, MOBILECONFIG)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


async def autoconfig(request: Request) -> Response:
    """Thunderbird, KMail, Evolution, K-9. Without an address it is the same."""
    address = request.query_params.get("emailaddress", "")
    if address and address != "%EMAILADDRESS%" and not discovery.is_ours(_office(request).settings, address):
        raise NotFound("Địa chỉ này không thuộc cơ quan.")
    return _xml(documents.autoconfig(_office(request).settings))


async def autodiscover(request: Request) -> Response:
    """Outlook. Its errors are documents too, answered with 200."""
    settings = _office(request).settings
    try:
        address, schema = documents.read_autodiscover(await _body(request))
    except Invalid as error:
        return _xml(documents.autodiscover_error(600, error.message))
    if schema not in ("", documents.RESPONSE_SCHEMA):
        return _xml(documents.autodiscover_error(601, "Only the Outlook schema 2006a is provided."))
    if not _ADDRESS.fullmatch(address):
        return _xml(documents.autodiscover_error(600, "EMailAddress is missing or not an address."))
    if not discovery.is_ours(settings, address):
        return _xml(documents.autodiscover_error(500, "The e-mail address is not of this organisation."))
    return _xml(documents.autodiscover(settings, address))


async def mobileconfig(request: Request) -> Response:
    """iPhone, iPad, Mac: opened in the browser and installed by the person."""
    address = request.query_params.get("email", "").strip()
    if not _ADDRESS.fullmatch(address):
        raise Invalid("Xin mở địa chỉ này với ?email=địa-chỉ-thư của bạn ở cuối.")
    settings = _office(request).settings
    if not discovery.is_ours(settings, address):
        raise NotFound("Địa chỉ này không thuộc cơ quan.")
    profile = documents.mobileconfig(settings, address.lower())
    office = _office(request)
    if settings.tls.certificate and office.tls is not None:  # a self-signed one would prove nothing
        profile = await office.work(office.tls.signed, profile)
    return Response(
        profile,
        media_type="application/x-apple-aspen-config",
        headers={"Content-Disposition": 'attachment; filename="thu.mobileconfig"'},
    )


async def _body(request: Request) -> bytes:
    data = b""
    async for some in request.stream():
        data += some
        if len(data) > SETUP_BYTES:
            raise TooLarge("Yêu cầu quá dài.")
    return data


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")


ROUTES = (
    *(Route(path, autoconfig, methods=["GET"]) for path in AUTOCONFIG),
    *(Route(path, autodiscover, methods=["POST"]) for path in AUTODISCOVER),
    Route(MOBILECONFIG, mobileconfig, methods=["GET"]),
)
