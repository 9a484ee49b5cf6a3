"""Whether a browser may be opened, and on what."""

from __future__ import annotations

import os
import socket
import sys
import webbrowser
from collections.abc import Mapping

from lumina.errors import Unavailable


def has_display(environment: Mapping[str, str] | None = None) -> bool:
    """True where a browser window can appear."""
    environment = os.environ if environment is None else environment
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in environment
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_browser(url: str) -> bool:
    """Show `url`; False where there is no browser."""
    return webbrowser.open(url)


def address(host: str, port: int) -> tuple[str, int]:
    """The URL that a browser on this machine uses, and the port; port 0 is replaced by a free one.

    Raises:
        Unavailable: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise Unavailable(
                f"Cannot listen on {host} port {port}: {getattr(error, 'strerror', None) or error}. "
                "Set another with --port or LUMINA_PORT."
            ) from error
        port = probe.getsockname()[1]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}", port
