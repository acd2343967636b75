"""What runs inside `git commit`: marks an agent's commit, and is never in the way of anybody's.

Every failure leaves the commit as git would have made it, and each import is waited for at each commit an agent
makes. So `run` and what it imports (`agents`, `message`, `tagging`, `git`, `log`) use the standard library only, and
of that neither re, typing, dataclasses nor subprocess: those four alone take longer than Python itself (20 ms of CPU
beside 9, docs/decisions/0010), and so rows here are plain classes and tuples. `asking` and `spending`, which only a
repository that records costs loads, use `ai_quality.light` as well (0025). `installing`, `managers` and `checking` are
for the command line and may import what they like.
"""
