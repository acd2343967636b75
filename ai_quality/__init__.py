"""ai-quality: what became of AI-marked code, measured from a repository's own history."""

__version__ = "0.1.0"
