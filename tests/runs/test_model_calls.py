"""How a model was called, in words."""

import pytest

from runs.model_calls import Timing, facts_of_call


def facts(detail=None, usage=None, stop="", **timing):
    return [(fact.name, fact.value) for fact in facts_of_call(detail or {}, usage, stop, Timing(**timing))]


def test_everything_that_was_told_is_listed():
    detail = {"params": {"temperature": 0.2, "tools": ["a"]}, "effort": "high", "thinking_hidden": True}
    told = facts(detail, {"service_tier": "standard", "inference_geo": "not_available"}, "tool_use",
                 duration_ms=3_000, ttft_ms=1_000, output_tokens=100)  # fmt: skip
    assert told == [
        ("stopped because", "it asked for a tool (tool_use)"),
        ("time to first token", "1.0 s"),
        ("speed", "50 tokens per second, after the first token"),
        ("temperature", "0.2"),
        ("tools", '["a"]'),
        ("effort", "high"),
        ("service tier", "standard"),
        ("thinking", "hidden by the provider"),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"stop": "odd"}, [("stopped because", "odd")]),
        ({"duration_ms": 50, "output_tokens": 9}, []),
        ({"duration_ms": 2_000, "output_tokens": 9, "lower_bound": True},
         [("speed", "at least 4.5 tokens per second, over the whole call")]),
        ({"detail": {"params": [1], "effort": {"a": 1}}}, [("effort", '{"a": 1}')]),
        ({"detail": {"usage_of": "session"}}, [("usage", "of the whole session: no call told its own")]),
        ({"detail": {"usage_of": {"a": 1}}}, []),
    ],
)  # fmt: skip
def test_what_was_not_told_is_left_out(given, expected):
    assert facts(**given) == expected
