"""Play every story, and print `docs/outages.md`: `python -m tests.faults.table > docs/outages.md`."""

from __future__ import annotations

import contextlib
import sys

import pytest

from tests.faults import book

if __name__ == "__main__":
    book.WRITING = True
    with contextlib.redirect_stdout(sys.stderr):
        failed = pytest.main(["tests/faults/test_outages.py", "-q", "-k", "test_story"])
    print(book.written(book.SEEN), end="")  # noqa: T201
    sys.exit(failed)
