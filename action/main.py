"""`ai-quality` from this very folder, whatever else is installed: `python -I action/main.py WORDS`.

-I keeps the current directory, the environment and the user's own packages out of the search for modules.
"""  # noqa: INP001 (a script: found by its path)

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ai_quality.cli import main

main()
