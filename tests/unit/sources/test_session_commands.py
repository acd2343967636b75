"""A shell command's kind, from its shape."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_quality.sources.sessions.commands import LONGEST, kind, may_commit, moves_branch


@pytest.mark.parametrize(
    ("expected", "commands"),
    [
        (
            "test",
            [
                "pytest -q",
                "cd /r && uv run pytest tests/unit -k 'a or b'",
                "FOO=1 BAR='x y' timeout 60 python -m pytest",
                "sudo -E env FOO=1 nice -n 5 ./node_modules/.bin/jest --ci",
                "python3 -m unittest discover",
                "python manage.py test shop",
                "npm test",
                "npm run test:unit -- --watch=false",
                "pnpm --filter web run test",
                "yarn test",
                "npx vitest run",
                "cargo test --all",
                "go test ./...",
                "./gradlew test",
                "mvn -q verify",
                "make check",
                "bundle exec rspec",
                "tox -e py312",
                "ls; pytest && git commit -m x",
                "pytest | tail -5",
                "dotnet test",
                "bash -lc 'cd r && pytest -q'",
            ],
        ),
        ("build", ["make", "npm run build", "cargo build --release", "go build ./...", "tsc -p .", "docker build ."]),
        (
            "lint",
            ["ruff check .", "uv run mypy", "npx eslint src", "npm run lint", "cargo clippy", "go vet ./...",
             "pre-commit run -a", "black --check .", "npm run typecheck"],
        ),
        ("commit", ["git commit -m 'run pytest'", "git -C /r -c user.name=x commit -m x", "git add . && git commit"]),
        ("edit", ["sed -i s/a/b/ f", "echo x > f", "mv a b", "git checkout -- f", "tee f", "git apply p"]),
        ("read", ["cat f", "ls -la", "git status", "git log -3", "rg pytest src", "grep -r 'npm test' ."]),
        ("other", ["", "echo pytest", "curl http://x", "npm install", "python x.py", "(", "'", "&&", "git"]),
    ],
)  # fmt: skip
def test_a_command_is_of_its_kind(expected: str, commands: list[str]) -> None:
    assert {command: kind(command) for command in commands} == dict.fromkeys(commands, expected)


def test_a_here_document_is_data() -> None:
    script = "cat > notes <<'EOF'\npytest -q\ngit commit -m x\nEOF\necho done"
    assert (kind(script), may_commit(script)) == ("edit", False)
    message = "git commit -m \"$(cat <<'EOF'\nRun make build\n\npytest passes\nEOF\n)\""
    assert (kind(message), may_commit(message)) == ("commit", True)


@pytest.mark.parametrize(
    "command",
    [
        "git commit -m x",
        "cd r; git merge f",
        "bash -c 'git commit -m x'",
        "git cherry-pick a",
        "x=$(y) && git revert a",
    ],
)
def test_some_git_commands_make_commits(command: str) -> None:
    assert may_commit(command)


@pytest.mark.parametrize("command", ["git log", "echo git commit", "cat 'git commit'", "git", "digit commit"])
def test_others_do_not(command: str) -> None:
    assert not may_commit(command)


def test_a_branch_may_be_left() -> None:
    assert all(map(moves_branch, ["git switch -c x", "cd r && git checkout main", "git worktree add ../w"]))
    assert not any(map(moves_branch, ["git status", "echo git switch x"]))


@given(st.text(max_size=60) | st.text(alphabet="'\"\\$(){}<&|;\n aEOF=", max_size=60))
def test_no_command_raises(command: str) -> None:
    kind(command)
    may_commit(command)


@pytest.mark.parametrize("piece", ["'", '"', "\\", '"\\', "<<A ", "a=", "(", "$(", "sudo ", "'\"", "x " * 3 + ";"])
def test_no_command_takes_long(piece: str) -> None:
    command = piece * (2 * LONGEST // len(piece))
    start = time.process_time()
    kind(command)
    assert time.process_time() - start < 0.5
