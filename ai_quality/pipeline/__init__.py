"""The program in three steps: mine history into rows, keep them as facts, report what they say.

`mining` is the one pass over git; `keeping` stores its rows and reuses them; `measuring` counts within a
window; `explaining` gathers what is known of one commit or change; `tracing` finds what single commits mend;
`doctor` says what would be missing; `spending` and its siblings do the same for what agents spent.
Shells call these and nothing below them. Nothing is imported here: a command starts with what it needs.
"""
