"""Reports only word what they are given: no process, network, clock or environment below here.

`renderers` has them by the name of their format. Nothing is imported here: who needs one sentence needs no jinja2.
"""
