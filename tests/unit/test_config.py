from __future__ import annotations

import pytest

from ai_quality import config
from ai_quality.errors import UsageError


def test_no_settings_are_the_quiet_and_local_ones() -> None:
    assert config.read("") == config.Config()
    assert (config.Config().usage, config.Config().fail_on) == ("local", "never")


def test_settings_are_read() -> None:
    said = config.read("usage: trailer\ncomment: off\nperiod-days: 90\npolicy:\n  max-rework-rate: 0.3\n")
    assert (said.usage, said.comment, said.period_days) == ("trailer", "off", 90)
    assert said.policy == config.Policy(max_rework_rate=0.3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("usge: trailer", "unknown key 'usge': did you mean usage?"),
        ("policy: {max-rework: 1}", "unknown key policy.'max-rework': did you mean policy.max-rework-rate?"),
        ("zzz: 1", "known are tagging, usage"),
        ("usage: cloud", "usage is 'cloud': write local or trailer or notes"),
        ("period-days: 0", "period-days is '0': write a whole number from 1 to"),
        ("period-days: true", "period-days is 'True'"),
        ("push-notes: 1", "push-notes is '1': write true or false"),
        ("policy: {max-rework-rate: .nan}", "policy.max-rework-rate is 'nan'"),
        ("policy: {max-rework-rate: -1}", "write a number of 0 or more"),
        ("policy: 3", "'policy' in .ai-quality.yml is no list of settings"),
        ("- usage", ".ai-quality.yml is no list of settings"),
        ("a: [", "is no YAML"),
        ("!!python/object/apply:os.system ['true']", "is no YAML"),
        ("[" * 20_000, "is no YAML"),
        ("#" * 70_000, "longer than"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_what_to_do(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        config.read(text)
    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_status == 2


@pytest.mark.parametrize("text", ["a: 1\nb: &x [*x]", b"\xff\xfe\x00", "? {a: 1}\n: 2", "1: 2", "~: 2"])
def test_hostile_text_is_refused(text: str | bytes) -> None:
    with pytest.raises(UsageError):
        config.read(text)
