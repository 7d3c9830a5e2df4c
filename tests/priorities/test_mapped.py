"""A file of columns that does not serve is as if there were none, and the log says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from priorities.memory import mapped

FORM, OTHER = "grants 3", "figures 3"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 40, b"\x05\0\0\0\0\0\0\0{}", b"\x02\0\0\0\0\0\0\0[]", b"nothing of the kind" * 100],
)
def test_a_file_that_is_no_columns(path: Path, content: bytes, caplog: pytest.LogCaptureFixture):
    path.write_bytes(content)
    assert mapped.load(path, FORM) is None
    assert "saved_columns_passed_over" in caplog.text
    assert mapped.about(path, FORM) is None


def test_a_file_of_another_form_or_cut_short(path: Path, caplog: pytest.LogCaptureFixture):
    numbers = np.arange(1_000)
    mapped.save(path, FORM, {"told": 7}, {"numbers": numbers})
    found = mapped.load(path, FORM)
    assert found is not None
    assert np.array_equal(found.arrays["numbers"], numbers)
    assert mapped.load(path, OTHER) is None
    assert "It is not of the form figures 3." in caplog.text
    path.write_bytes(path.read_bytes()[:-400])
    assert mapped.load(path, FORM) is None
    assert "It ends before its columns do." in caplog.text


def test_where_there_is_no_file_the_log_says_nothing(path: Path, caplog: pytest.LogCaptureFixture):
    assert mapped.load(path, FORM) is None
    assert caplog.text == ""
