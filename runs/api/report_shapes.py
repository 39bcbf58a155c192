"""The shapes of comparisons in the read API. Stable: fields are added, never renamed or removed."""

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from runs.comparing.results import Says


def _filters() -> serializers.DictField:
    return serializers.DictField(child=serializers.CharField())


def _number() -> serializers.FloatField:
    return serializers.FloatField(allow_null=True)


def _side_of_measure(name: str) -> serializers.Serializer:
    return inline_serializer(
        name,
        {"n": serializers.IntegerField(), "missing": serializers.IntegerField(), "mean": _number(),
         "median": _number()},
    )  # fmt: skip


def _side(name: str) -> serializers.Serializer:
    return inline_serializer(
        name, {"filters": _filters(), "runs": serializers.IntegerField(), "more": serializers.BooleanField()}
    )


SAVED = inline_serializer(
    "SavedComparison",
    {
        "id": serializers.UUIDField(),
        "name": serializers.CharField(),
        "a": _filters(),
        "b": _filters(),
        "both": _filters(),
        "created_at": serializers.DateTimeField(),
        "url": serializers.URLField(),
    },
    many=True,
)
EFFECT = inline_serializer(
    "Effect",
    {
        "is": serializers.ChoiceField(["ratio", "difference"]),
        **{name: serializers.FloatField() for name in ("estimate", "low", "high", "p", "q", "visible")},
        "size": _number(),
        "paired": serializers.BooleanField(),
        **{name: serializers.IntegerField() for name in ("n_a", "n_b", "needed")},
    },
    allow_null=True,
)
MEASURE = inline_serializer(
    "Measure",
    {
        **{name: serializers.CharField() for name in ("measure", "name", "group", "unit", "better")},
        "a": _side_of_measure("MeasureA"),
        "b": _side_of_measure("MeasureB"),
        "effect": EFFECT,
        "says": serializers.ChoiceField([str(says) for says in Says]),
        "sentence": serializers.CharField(),
        "notes": serializers.ListField(child=serializers.CharField()),
    },
    many=True,
)
DESIGN = inline_serializer(
    "Design",
    {
        "paired": serializers.BooleanField(),
        "unit": serializers.ChoiceField(["run", "task"]),
        "units": serializers.IntegerField(allow_null=True),
        **{name: serializers.IntegerField() for name in ("tasks_on_both_sides", "unpaired_a", "unpaired_b")},
        "why": serializers.CharField(),
    },
)
TOOLS = inline_serializer(
    "ToolUse",
    {
        "tool": serializers.CharField(allow_blank=True),
        **{name: serializers.FloatField() for name in ("a", "b")},
        **{name: serializers.IntegerField() for name in ("runs_a", "runs_b")},
    },
    many=True,
)
COMPARISON = inline_serializer(
    "Comparison",
    {
        "id": serializers.UUIDField(allow_null=True),
        "name": serializers.CharField(allow_null=True),
        "a": _side("SideA"),
        "b": _side("SideB"),
        "both": _filters(),
        "headline": serializers.CharField(),
        "design": DESIGN,
        "measures": MEASURE,
        "absent": serializers.ListField(child=serializers.CharField()),
        "tools": TOOLS,
    },
)
