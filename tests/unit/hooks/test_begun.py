"""Questions that a hook began: answered when asked for, and gone when nobody asks."""

from __future__ import annotations

import os

import pytest

from ai_quality.hooks import git


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.skipif(not hasattr(os, "posix_spawnp"), reason="there, nothing is begun ahead")
def test_what_is_not_asked_for_is_ended_and_what_is_asked_for_is_not() -> None:
    answered, forgotten = git.begin("version"), git.begin("help", "-a")
    (process,) = list(git._begun)[1:]
    assert answered().startswith(b"git version")
    git.forget()
    assert is_gone(process)
    assert git._begun == {}
    with pytest.raises(KeyError):
        forgotten()
