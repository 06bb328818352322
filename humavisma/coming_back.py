"""Brings a person back to their page after signing in again, or from an address that takes only a POST.

A session can end while a page is open. A click isn't saved then, and the sign-in page says so; after signing in, the
person is back at the page, with its filter and card. This also works for parts of a page that htmx asks for.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

SAFE = ("GET", "HEAD", "OPTIONS")
UNSAVED = "unsaved"
"""The parameter in the sign-in's address that says that a click wasn't saved."""
DEEPEST = 16
"""How many parts of an address are tried: no page of ours is deeper, and each try costs time."""


def page_of(path: str) -> str:
    """The address itself, if it is a page; else the nearest page above it, whose buttons lead to the address."""
    start = reverse("admin:index")
    parts = path.split("/", DEEPEST + 1)
    if len(parts) > DEEPEST + 1:
        path = "/".join([*parts[:-1], ""])
    while path.startswith(start) and path != start:
        if _is_page(path):
            return path
        path = _above(path)
    return path if path.startswith(start) else start


def _above(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] + "/"


def _is_page(path: str) -> bool:
    """Whether the address can be opened by GET. It is tried as an anonymous user, so nothing but the method counts."""
    from django.contrib.auth.models import AnonymousUser  # importable only after the apps are loaded

    try:
        match = resolve(path)
    except Resolver404:
        return False
    # The admin's last pattern (None) matches everything else; signing out is no page to come back to.
    if match.url_name in (None, "logout"):
        return False
    asked = HttpRequest()
    asked.method, asked.path, asked.path_info = "GET", path, path
    asked.META.update(SERVER_NAME="localhost", SERVER_PORT="80")
    asked.user, asked.resolver_match = AnonymousUser(), match
    return match.func(asked, *match.args, **match.kwargs).status_code in (200, 302)


def page_of_address(address: str) -> str:
    """The same for an address with query and fragment, which are kept if it is a page."""
    path = _parts(address).path
    found = page_of(path) if path.startswith(reverse("admin:index")) else path
    return address if found == path else found


def came_from(request: HttpRequest) -> str:
    """The page on which something was clicked, or that asked for a part of itself, with the card as the fragment."""
    htmx = getattr(request, "htmx", None)
    if htmx:
        address = _shown_to_htmx(request, htmx)
        card = request.headers.get("HX-Target") or request.headers.get("HX-Trigger") or ""
        if address and re.fullmatch(r"[\w-]+", card, re.ASCII):
            address = f"{address.partition('#')[0]}#{card}"
    else:
        parts = _parts(request.headers.get("Referer", ""))
        here = parts.netloc == request.get_host() and parts.path
        address = f"{parts.path}?{parts.query}" if here and parts.query else parts.path if here else ""
    if address:
        return page_of_address(address)
    return page_of(_above(request.path) if htmx else request.path)  # a part of a page isn't a page


def _parts(address: str) -> SplitResult:
    """The parts of an address; all empty if it isn't one."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _shown_to_htmx(request: HttpRequest, htmx: Any) -> str:
    """The page that the browser says it shows, without the host; "" if it isn't one of ours."""
    if not _parts(request.headers.get("HX-Current-URL", "")).netloc:
        return ""
    return htmx.current_url_abs_path or ""


def safe_next(request: HttpRequest) -> str:
    """The page that the sign-in's address names as the next one; "" if there is none, or it is on another host."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    allowed = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=allowed, require_https=request.is_secure())
    return page_of_address(address) if safe else ""


class ComingBackMiddleware:
    """Redirects answers that would end inside a card, or nowhere, to a whole page. Comes last, after htmx's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403 and request.path == reverse("admin:login") and request.user.is_authenticated:
            return HttpResponseRedirect(request.get_full_path())  # they have signed in meanwhile, in another tab
        htmx = bool(getattr(request, "htmx", False))
        if self._asks_to_sign_in(request, response) and (htmx or request.method not in SAFE):
            query = {"next": came_from(request)} | ({UNSAVED: "1"} if request.method not in SAFE else {})
            address = f"{reverse('admin:login')}?{urlencode(query, safe='/')}"
            return HttpResponse(headers={"HX-Redirect": address}) if htmx else HttpResponseRedirect(address)
        if response.status_code == 405 and request.method in SAFE and "text/html" in request.headers.get("Accept", ""):
            found = page_of(request.path)
            return response if found == request.path else HttpResponseRedirect(found)
        return response

    @staticmethod
    def _asks_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
        if request.path == reverse("admin:login"):
            return False
        if response.status_code == 302:
            return urlsplit(response["Location"]).path == reverse("admin:login")
        # A browser that lost its cookies gets a 403 for the missing CSRF cookie first.
        lost = response.status_code == 403 and not request.user.is_authenticated
        return lost and request.path.startswith(reverse("admin:index"))
