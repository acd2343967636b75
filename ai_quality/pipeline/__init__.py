"""The program in three steps: mine() history into rows, keep them as facts, report() what they say.

`mine` is the one pass over git; `keep` stores its rows and reuses them; `measure` counts within a window;
`explain` gathers what is known of one commit or change. Shells call these and nothing below them.
"""

from ai_quality.pipeline.keep import open_facts
from ai_quality.pipeline.measure import report, window
from ai_quality.pipeline.mine import mine

__all__ = ["mine", "open_facts", "report", "window"]
