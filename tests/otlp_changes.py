"""Changes of recorded OTLP requests after which they tell of the same, or of the same in other words."""

import copy
import json
import random
import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field, structs

from tests.captures import Sent
from tests.otlp_bodies import IDS, Part, Record, closed, opened, signal_of

Requests = list[Sent]
Order = Callable[[list[Part]], list[Part]]

TIMES = ("startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "observedTimeUnixNano")
PLACES = {"runs": (20, 21), "tools": (5,), "others": (8, 9, 10)}  #: of times, in `pictured`
AGENT = {"runs": (3,)}
COST = {"runs": (19,)}
ANSWERS = {"others": (7,)}  #: some libraries print an answer with its ids
HALVES = str.maketrans("0123456789abcdef", "f0e1d2c3b4a59687")


class Changed(Struct, frozen=True):
    """A change, and what then differs."""

    change: Callable[[Requests], Requests]
    leave: dict[str, tuple[int, ...]] = field(default_factory=dict)  #: places in `pictured`
    words: dict[str, str] = field(default_factory=dict)  #: old: new


def is_json(sent: Sent) -> bool:
    return "json" in sent.headers["content-type"]


def again(parts: list[Part], like: Sent) -> Sent:
    return closed(parts, like, as_json=is_json(like))


def encoded(as_json: bool) -> Changed:
    return Changed(lambda requests: [closed(opened(sent), sent, as_json=as_json) for sent in requests])


def sent_with(**fields: str) -> Changed:
    return Changed(lambda requests: [structs.replace(sent, **fields) for sent in requests])


def sent_to(before: str, after: str) -> Changed:
    return Changed(
        lambda requests: [
            structs.replace(sent, path=f"{before}/v1/{signal_of(sent)}{after}") for sent in requests
        ]
    )


def apart(requests: Requests) -> Requests:
    """Send every span alone; the messages of a model call stay together."""
    found = []
    for sent in requests:
        calls: dict[str, list[Part]] = {}
        for n, part in enumerate(opened(sent)):
            name = str(part.record.get("spanId")) if part.signal == "logs" else str(n)
            calls.setdefault(name, []).append(part)
        found += [again(parts, sent) for parts in calls.values()]
    return found


def ordered(order: Order, *signals: str) -> Callable[[Requests], Requests]:
    """Send one request of each signal, in an order."""

    def change(requests: Requests) -> Requests:
        found = []
        for signal in signals or ("traces", "logs"):
            same = [sent for sent in requests if signal_of(sent) == signal]
            if parts := [part for sent in same for part in opened(sent)]:
                found.append(again(order(parts), same[0]))
        return found

    return change


def when(part: Part, *names: str) -> int:
    return next((int(part.record[name]) for name in names if part.record.get(name)), 0)


def by_start(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: when(part, "startTimeUnixNano", "timeUnixNano", TIMES[-1]))


def by_end(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: when(part, "endTimeUnixNano", "timeUnixNano", TIMES[-1]))


def backwards(parts: list[Part]) -> list[Part]:
    return by_end(parts)[::-1]


def shuffled(parts: list[Part]) -> list[Part]:
    return random.Random(7).sample(parts, len(parts))


def texts(change: Callable[[str], str]) -> Callable[[Requests], Requests]:
    """Change the texts of requests, ids among them, in JSON and back."""

    def of(sent: Sent) -> Sent:
        plain = closed(opened(sent), sent, as_json=True)
        after = structs.replace(plain, body=change(plain.body.decode()).encode())
        return closed(opened(after), after, as_json=is_json(sent))

    return lambda requests: [of(sent) for sent in requests]


def words(told: dict[str, str], **leave: tuple[int, ...]) -> Changed:
    def change(text: str) -> str:
        for old, new in told.items():
            text = text.replace(old, new)
        return text

    return Changed(texts(change), leave, told)


def calls_named(name: str) -> Changed:
    """Give tool calls ids of another shape, as other providers do."""
    told = re.compile(r"\b(?:call|toolu)_([0-9h])_0\b")
    return Changed(texts(lambda text: told.sub(lambda at: name.format(at[1]), text)), ANSWERS)


def answers_named(name: str) -> Changed:
    told = re.compile(r"\b(?:chatcmpl-fake-|resp_fake_|msg_fake_)([0-9h])\b")
    return Changed(texts(lambda text: told.sub(lambda at: name.format(at[1]), text)), ANSWERS)


def with_new_ids(requests: Requests) -> Requests:
    """Give every trace and span another id, wherever it is named."""
    named = [part.record.get(name) for sent in requests for part in opened(sent) for name in IDS]
    known = sorted({one for one in named if one})

    def change(text: str) -> str:
        for one in known:
            text = text.replace(one, one[::-1].translate(HALVES))
        return text

    return texts(change)(requests)


def each(change: Callable[[Part], None]) -> Callable[[Requests], Requests]:
    """Change every record."""

    def of(sent: Sent) -> Sent:
        parts = copy.deepcopy(opened(sent))
        for part in parts:
            change(part)
        return again(parts, sent)

    return lambda requests: [of(sent) for sent in requests]


def text_value(name: str, value: str) -> Record:
    return {"key": name, "value": {"stringValue": value}}


def with_unknown(part: Part) -> None:
    """Add attributes that no dialect knows."""
    deep = {"kvlistValue": {"values": [text_value("a", "b")]}}
    if part.signal != "metrics":
        part.record.setdefault("attributes", []).extend(
            [
                text_value("acme.color", "blue"),
                {"key": "acme.deep", "value": deep},
                {"key": "acme.count", "value": {"intValue": "9007199254740993"}},
                {"key": "acme.nothing", "value": {}},
                {"key": "acme.error", "value": {"boolValue": False}},
            ]
        )


def turned(part: Part) -> None:
    part.record["attributes"] = part.record.get("attributes", [])[::-1]
    if part.signal == "metrics":
        del part.record["attributes"]


def of_scope(part: Part) -> None:
    part.scope["version"] = "99.1"


def sent_by(**names: str) -> Callable[[Part], None]:
    """Let another service have sent it."""
    told = {name.replace("_", "."): value for name, value in names.items()}

    def change(part: Part) -> None:
        rest = [one for one in part.resource.get("attributes", []) if one["key"] not in told]
        part.resource["attributes"] = [*rest, *(text_value(name, value) for name, value in told.items())]

    return change


def at_times(change: Callable[[int], int]) -> Changed:
    def of(value: Any) -> None:
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            if name in TIMES and int(one):
                value[name] = str(change(int(one)))
            elif isinstance(one, dict | list):
                of(one)

    return Changed(each(lambda part: of(part.record)), PLACES)


def with_numbers(requests: Requests) -> Requests:
    """Write 64-bit numbers as numbers, which some exporters in JSON do."""
    wide = re.compile(rb'("(?:\w+UnixNano|intValue)": *)"(-?\d+)"')
    plain = [closed(opened(sent), sent, as_json=True) for sent in requests]
    return [structs.replace(sent, body=wide.sub(rb"\1\2", sent.body)) for sent in plain]


def in_snake_case(requests: Requests) -> Requests:
    """Write the names of fields in snake case."""

    def of(value: Any) -> Any:
        if isinstance(value, list):
            return [of(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {re.sub("[A-Z]", lambda at: "_" + at[0].lower(), name): of(one) for name, one in value.items()}

    plain = [closed(opened(sent), sent, as_json=True) for sent in requests]
    return [structs.replace(sent, body=json.dumps(of(json.loads(sent.body))).encode()) for sent in plain]


DAY = 86_400 * 10**9
CHANGES = {
    "JSON": encoded(True),
    "protobuf": encoded(False),
    "plain": sent_with(encoding=""),
    "gzip": sent_with(encoding="gzip"),
    "deflate": sent_with(encoding="deflate"),
    "zstd": sent_with(encoding="zstd"),
    "under /otel": sent_to("/otel", "/"),
    "under /otlp": sent_to("/otlp", ""),
    "under /api/public/otel": sent_to("/api/public/otel", "/"),
    "numbers as numbers": Changed(with_numbers),
    "snake case": Changed(in_snake_case),
    "alone": Changed(apart),
    "alone, backwards": Changed(lambda requests: apart(ordered(backwards)(requests))),
    "alone, logs first": Changed(lambda requests: apart(ordered(by_end, "logs", "traces")(requests))),
    "together": Changed(ordered(list)),
    "by start": Changed(ordered(by_start)),
    "by end": Changed(ordered(by_end)),
    "backwards": Changed(ordered(backwards)),
    "shuffled": Changed(ordered(shuffled)),
    "logs first": Changed(ordered(list, "logs", "traces")),
    "twice": Changed(lambda requests: [sent for one in requests for sent in (one, one)]),
    "new ids": Changed(with_new_ids),
    "calls of Anthropic": calls_named("toolu_01A09q90qw90lq917835lq{}"),
    "calls by UUID": calls_named("0f8fad5b-d9cb-469f-a165-70867768950{}"),
    "numbered calls": calls_named("{}"),
    "other answers": answers_named("gen-17-{}"),
    "one answer": answers_named("chatcmpl-0"),
    "days before": at_times(lambda at: at - 3 * DAY),
    "milliseconds": at_times(lambda at: at // 10**6 * 10**6),
    "unknown attributes": Changed(each(with_unknown)),
    "attributes turned": Changed(each(turned)),
    "other version": Changed(each(of_scope)),
    "other service": Changed(each(sent_by(service_name="shop", service_instance_id="i-1")), AGENT),
    "other tools": words(
        {"read_file": "open_document", "run_test": "execute_checks", "patch_file": "modify_source"}
    ),
    "other path": words({"calc.py": "lib/x y/calc2.py"}),
    "other model": words({"gpt-5-mini": "acme-7b", "claude-sonnet-4-5": "acme-9b"}, runs=COST["runs"]),
    "other words": words({"3 passed in 0.01s": "0 errors, error: none ✓ 日本語"}),
    "large result": words({"3 passed in 0.01s": "x" * 100_000}, others=(4, 7)),
}
