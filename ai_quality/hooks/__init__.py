"""What runs inside `git commit`: tag an agent's commit, and never be in the way of anybody's.

Standard library only, since each import is waited for at every commit; every failure leaves the commit as git
would have made it. `agents` knows who runs the commit, `message` where trailers go, `tagging` decides,
`git` asks git, `run` ties them together under a time limit, `installing` puts the hooks in and takes them out.
"""
