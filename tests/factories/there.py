"""For tests that look at something which may be missing."""

from __future__ import annotations

from typing import TypeVar

Found = TypeVar("Found")


def there(found: Found | None) -> Found:
    """What was found. Where nothing was, the test fails here and says so, and the type checker knows it too."""
    assert found is not None, "there is none"
    return found
