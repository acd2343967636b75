"""`python -m ai_quality.cli`."""

from ai_quality.cli import main

main()
