"""Answers that are no file, as sentences; those that may pass are told from those that will not."""

from __future__ import annotations

from http import HTTPStatus

import httpx

from lumina.errors import Unavailable
from lumina.remote.patience import Passing, retry_after
from lumina.remote.shown import shown

PASSING = frozenset({408, 421, 425, 429, 500, 502, 503, 504})
_SENTENCES = {
    401: "wants to know who asks. If the model's publisher gives it to members only: agree to its terms on the hub's "
    "page, make a token there, and put it into the environment variable HF_TOKEN.",
    403: "does not give it to you. If the model's publisher wants to be asked first: agree to its terms on the hub's "
    "page, and put a token of that account into the environment variable HF_TOKEN.",
    404: "does not have it (any more).",
    407: "is not asked: the proxy wants a name and a password (HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT).",
    410: "does not have it any more.",
}


def check(response: httpx.Response, url: str, *, page: bool = False) -> None:
    """The answer holds what was asked for.

    Args:
        response: its headers are enough.
        url: that was asked for.
        page: whether a web page is what is wanted.

    Raises:
        Passing: the server has trouble, or is asked too often.
        Unavailable: it refuses, or a web page comes instead of the file.
    """
    status = response.status_code
    if status in PASSING:
        reason = f"the server answers {status} ({_phrase(status)})"
        raise Passing(reason, retry_after(response.headers.get("Retry-After")))
    if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        why = _SENTENCES.get(status, f"answers {status} ({_phrase(status)}).")
        raise Unavailable(f"{shown(url)}: the server {why}")
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml") and not page:
        raise Unavailable(
            f"{shown(url)}: a web page came instead of the file; a proxy's or a network's login may be between."
        )
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unavailable(f"{shown(url)}: the file came packed though that was not asked for; a proxy may be between.")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown"
