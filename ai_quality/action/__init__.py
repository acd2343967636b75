"""The Action, and `ai-quality ci` anywhere else: which run this is, what it should do, and doing it politely.

`events` decides (pure), `inputs` reads what a workflow or another CI says, `outputs` writes where a runner
looks, `running` opens the doors and acts. Nothing in here stops a workflow but a failed policy or bad settings.
"""
