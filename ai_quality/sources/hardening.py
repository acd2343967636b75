"""What git is let see of our environment, and the settings pinned for every call, whatever anybody configured."""

from __future__ import annotations

import os

KEPT_VARIABLES = (
    "PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE",
    "SUDO_UID", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM",
    "GIT_CEILING_DIRECTORIES", "GIT_TEST_ASSUME_DIFFERENT_OWNER", "ASAN_OPTIONS",
)  # fmt: skip

SETTINGS = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null",
    "core.quotePath=false", "core.bigFileThreshold=32m", "core.pager=cat", "protocol.allow=never",
    "diff.external=", "diff.noprefix=false", "diff.mnemonicPrefix=false", "diff.orderFile=/dev/null",
    "diff.suppressBlankEmpty=false", "diff.default.binary=auto", "attr.tree=",
    "log.showSignature=false", "submodule.recurse=false", "advice.graftFileDeprecated=false",
)  # fmt: skip
"""Pinned for every call. Above 32 MB git calls a file binary: a 100 MB one-line file is data, not code."""


def clean_environment() -> dict[str, str]:
    """Return the variables git may see: an allow-list, and the switches that keep it quiet and offline."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",  # git >= 2.44; older ones are stopped by the next line
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        # glibc gives a freed file back to the system at once, and git reads files by the thousand: 4 % of a whole run.
        "MALLOC_MMAP_THRESHOLD_": "33554432",
        "MALLOC_TRIM_THRESHOLD_": "268435456",
    }
