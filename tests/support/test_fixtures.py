"""The shared fixtures do what the tests rely on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.redis_server import RedisServer


@pytest.mark.integration
def test_redis_forgets_when_killed_and_comes_back_at_the_same_address(redis_server: RedisServer) -> None:
    assert redis_server.command("SET", "key", "value") == b"+OK"
    redis_server.kill()
    assert redis_server.command("PING") == b""
    redis_server.start()
    assert redis_server.command("EXISTS", "key") == b":0"


@pytest.mark.browser
def test_the_browser_draws_a_page(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 320, "height": 200})
    page.set_content("<h1>Lumina</h1>")
    assert page.get_by_role("heading").inner_text() == "Lumina"
    page.close()
