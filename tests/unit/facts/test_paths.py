"""What a file is, by its path and the attributes of the tree."""

from __future__ import annotations

import pytest

from ai_quality.facts.paths import kind_of_path

KINDS = {
    "lock": "uv.lock package-lock.json a/go.sum",
    "vendored": "vendor/a.go a/third_party/b.c a/node_modules/b.js",
    "generated": """a/api.pb.go a_pb2.py test_a_pb2.py app.min.js b/zz_generated.deepcopy.go model_generated.go
        schema.generated.ts __snapshots__/a.test.ts.snap a.generated.test.ts.snap notes.ipynb""",
    "binary": "a.png b/c.pdf",
    "test": """tests/a.py src/test_a.py a_test.go b.test.ts conftest.py test_generated.py a/test_api_generated.py
        schema.generated.test.ts schema.generated.spec.tsx""",
    "docs": "README.md docs/a.py",
    "config": "pyproject.toml .github/workflows/a.yml",
    "source": "a.py src/generated.py src/regenerated.ts a/latest.py contest.py",
    "other": "a.xyz Makefilex",
}


@pytest.mark.parametrize(("path", "kind"), [(path, kind) for kind, paths in KINDS.items() for path in paths.split()])
def test_a_path_says_what_a_file_is(path: str, kind: str) -> None:
    assert kind_of_path(path) == kind


@pytest.mark.parametrize(
    ("path", "said", "kind"),
    [
        ("a.py", {"linguist-generated": "set"}, "generated"),
        ("a.py", {"linguist-generated": "true"}, "generated"),
        ("a.py", {"linguist-vendored": "set"}, "vendored"),
        ("a.py", {"linguist-documentation": "set"}, "docs"),
        ("a.py", {"linguist-generated": "unset"}, "source"),
        ("a_pb2.py", {"linguist-generated": "unset"}, "source"),
        ("vendor/a.go", {"linguist-vendored": "false"}, "source"),
        ("vendor/a.go", {"linguist-generated": "false"}, "vendored"),
        ("a.py", {"linguist-generated": "perhaps"}, "source"),
    ],
)
def test_attributes_of_the_tree_win(path: str, said: dict[str, str], kind: str) -> None:
    assert kind_of_path(path, said) == kind
