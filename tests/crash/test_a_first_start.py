"""The application itself, and no small program in its place, comes up on an empty machine and asks for a log-in."""

from __future__ import annotations

import urllib.request

from tests.crash.product import Product


def test_it_comes_up_and_asks_for_a_log_in(product: Product) -> None:
    assert "Demo log-ins" not in product.said
    with urllib.request.urlopen(f"http://127.0.0.1:{product.port}/log-in/", timeout=30) as answer:
        assert 'name="password"' in answer.read().decode()
    assert product.process.poll() is None
