"""The token door and the page that describes it (SMART App Launch 2, Backend Services)."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from frontdesk.daybook.facts import System
from frontdesk.gateway.senders import sender_of
from frontdesk.gateway.smart.addresses import token_address
from frontdesk.kit.clock import now
from frontdesk.partners.actions import tokens
from frontdesk.partners.engine.assertion import ALGORITHMS
from frontdesk.partners.engine.scopes import KINDS

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DOOR = System("token door")
_WANTED = ("grant_type", "client_assertion_type", "client_assertion", "scope")


class _BadRequest(Exception):
    """What was sent is not what RFC 6749 wants. `code` is one of its words."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@csrf_exempt
@login_not_required
def token(request: HttpRequest) -> HttpResponse:
    """A token of five minutes for a signed proof, or an error in the words of RFC 6749."""
    if request.method != "POST":
        answer = _error("invalid_request", "Ask by POST.", HTTPStatus.METHOD_NOT_ALLOWED)
        answer.headers["Allow"] = "POST"
        return answer
    door = tokens.Door(token_address(request), sender_of(request))
    try:
        form = _form(request)
        granted = tokens.exchange(
            assertion=form["client_assertion"], asked=form["scope"], door=door, by=DOOR, now=now()
        )
    except _BadRequest as error:
        return _error(error.code, error.sentence, HTTPStatus.BAD_REQUEST)
    except tokens.NoScope as error:
        return _error(error.code, error.sentence, HTTPStatus.BAD_REQUEST)
    except tokens.TriedTooOften as error:
        answer = _error(error.code, error.sentence, HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    except tokens.NotProved as error:
        return _error(error.code, error.sentence, HTTPStatus.UNAUTHORIZED)
    said = {"access_token": granted.token, "token_type": "bearer", "expires_in": granted.seconds}
    return _answer({**said, "scope": granted.scopes})


@login_not_required
def smart_configuration(request: HttpRequest) -> HttpResponse:
    """Where tokens are given out and for what. Anybody may read it."""
    page = {
        "token_endpoint": token_address(request),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": [
            *(f"system/{kind.name}.rs" for kind in KINDS),
            *(f"system/{kind.name}.cruds" for kind in KINDS if kind.writing),
        ],
        "response_types_supported": [],
        "code_challenge_methods_supported": [],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    }
    if request.method not in ("GET", "HEAD"):
        answer = JsonResponse({"error": "Ask by GET."}, status=HTTPStatus.METHOD_NOT_ALLOWED)
        answer.headers["Allow"] = "GET, HEAD"
        return answer
    return JsonResponse(page, headers={"Cache-Control": "max-age=3600", "Access-Control-Allow-Origin": "*"})


def _form(request: HttpRequest) -> dict[str, str]:
    """The four things that are wanted, each once. Raises _BadRequest."""
    sent = _sent(request)
    if any(len(sent.getlist(name)) > 1 for name in _WANTED):
        raise _BadRequest("invalid_request", "A parameter was sent twice.")
    form = {name: sent.get(name, "") for name in _WANTED}
    if not form["grant_type"]:
        raise _BadRequest("invalid_request", "There is no grant_type.")
    if form["grant_type"] != "client_credentials":
        raise _BadRequest("unsupported_grant_type", "Only client_credentials is granted here.")
    if form["client_assertion_type"] != JWT_BEARER or not form["client_assertion"]:
        raise _BadRequest("invalid_request", f"A client_assertion is wanted, of the type {JWT_BEARER}.")
    if not form["scope"].strip():
        raise _BadRequest("invalid_scope", "Say which scopes are wanted.")
    return form


def _sent(request: HttpRequest) -> QueryDict:
    if request.content_type != "application/x-www-form-urlencoded":
        raise _BadRequest("invalid_request", "Send a form: application/x-www-form-urlencoded.")
    try:
        return request.POST
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError, UnicodeError, ValueError):
        raise _BadRequest("invalid_request", "The form cannot be read.") from None


def _error(code: str, sentence: str, status: int) -> HttpResponse:
    return _answer({"error": code, "error_description": sentence}, status)


def _answer(page: dict[str, object], status: int = HTTPStatus.OK) -> HttpResponse:
    return JsonResponse(page, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})
