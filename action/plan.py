"""What the action's first step tells the others: where its packages live, and the keys of what may be cached.

`python -I action/plan.py INSTALL` prints lines for GITHUB_OUTPUT; INSTALL is the folder to install below, empty
for nothing to install. Runs before anything is installed.
"""  # noqa: INP001 (a script: found by its path)

import hashlib
import os
import platform
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from ai_quality.action.events import UNPRIVILEGED  # noqa: E402 (-I keeps our own folder off the path)

said = {}
# A cache is as trustworthy as whoever may write it: a run with rights over other people's changes reads none.
is_cached = os.environ["GITHUB_EVENT_NAME"] in UNPRIVILEGED
if sys.argv[1]:
    pinned = HERE.joinpath("requirements", "runtime.txt").read_bytes()
    about = (sys.version, sys.base_prefix, sysconfig.get_platform(), platform.libc_ver()[1], pinned.hex())
    key = "ai-quality-" + hashlib.sha256("\n".join(about).encode()).hexdigest()[:32]
    place = Path(sys.argv[1], "ai-quality", key)
    said["venv"] = str(place)
    if is_cached and not (place / "ready").exists():
        said["venv-key"] = key
if is_cached and Path(os.environ["GITHUB_WORKSPACE"], os.environ["INPUT_DIRECTORY"], ".git").is_dir():
    said["facts-key"] = "ai-quality-facts-1"
sys.stdout.writelines(f"{name}={value}\n" for name, value in said.items())
