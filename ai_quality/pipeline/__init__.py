"""The program in three steps: mine() history into rows, keep them as facts, report() what they say.

`mining` is the one pass over git; `keeping` stores its rows and reuses them; `measuring` counts within a
window; `explaining` gathers what is known of one commit or change; `tracing` finds what single commits mend;
`doctor` says what would be missing.
Shells call these and nothing below them.
"""

from ai_quality.pipeline.keeping import open_facts
from ai_quality.pipeline.measuring import report, window
from ai_quality.pipeline.mining import mine, no_progress
from ai_quality.pipeline.tracing import trace

__all__ = ["mine", "no_progress", "open_facts", "report", "trace", "window"]
