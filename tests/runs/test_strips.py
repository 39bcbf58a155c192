"""The flight strip: places, gaps, lanes, and what a client that has a part of it is told."""

import random

import pytest

from runs.kinds import Kind, StepStatus
from runs.packing import COLOURS, code_of, pack_strip
from runs.shown.strips import PLAIN_WIDTH, plain_strip, words_of_strip
from runs.strips import WIDTHS, Mark, lay_out, size_of
from runs.timing import Beat


def beat(seq, kind, start, until=None, **fields):
    fields = {"revision": seq + 1, **fields}
    return Beat(seq=seq, kind=kind, start=start, since=start, until=until, **fields)


def test_widths_grow_with_the_root_of_the_time():
    strip = lay_out(
        [beat(0, Kind.TOOL, 1, 2), beat(1, Kind.LLM, 2, 1_002), beat(2, Kind.LLM, 1_002, 101_002)]
    )
    assert [WIDTHS[place] for place in strip.widths] == [WIDTHS[size_of(units)] for units in (22, 40, 400)]
    assert strip.xs == [0, strip.xs[1], strip.xs[1] + WIDTHS[strip.widths[1]]]
    assert strip.length == strip.xs[2] + WIDTHS[strip.widths[2]]


def test_long_gaps_are_compressed_and_told_by_what_is_known_of_them():
    strip = lay_out(
        [
            beat(0, Kind.PROMPT, 1),
            beat(1, Kind.LLM, 1, 1_000),
            beat(2, Kind.PROMPT, 901_000),
            beat(3, Kind.TOOL, 981_000, 981_100, tool="Bash"),
            beat(4, Kind.PERMISSION, 981_100, 1_041_100, tool="Bash"),
            beat(5, Kind.TOOL, 1_043_100, 1_043_200, tool="Bash"),
        ]
    )
    gaps = [WIDTHS[place] for place in strip.gaps]
    assert gaps[:2] == [0, 0]
    assert gaps[2] == WIDTHS[size_of(150)]
    assert 0 < gaps[5] < gaps[3] <= gaps[2]
    assert [(mark.kind, mark.ms) for mark in strip.marks] == [
        ("human", 900_000), ("idle", 80_000), ("human", 60_000),
    ]  # fmt: skip
    assert strip.marks[0] == Mark(x=strip.xs[2] - gaps[2], width=gaps[2], kind="human", ms=900_000)
    assert strip.marks[2].x == strip.xs[4]


def sub_agents(number, steps):
    beats = [beat(0, Kind.LLM, 0, 1_000)]
    beats += [beat(1 + n, Kind.AGENT, 1_000 + n, 60_000, tool="Task") for n in range(number)]
    seq = number + 1
    for n in range(number):
        for step in range(steps):
            start = 1_100 + n + step * 1_000
            beats.append(beat(seq, Kind.TOOL, start, start + 900, tool="Grep", agent=f"a{n}"))
            seq += 1
    beats.append(beat(seq, Kind.LLM, 60_000, 61_000))
    return sorted(beats, key=lambda each: (each.start, each.seq))


def test_sub_agents_lie_in_rows_between_the_steps_around_them():
    strip = lay_out(sub_agents(3, 5))
    assert [each.seq for each in strip.main] == [0, 19]
    assert [each.seq for each in strip.spans.beats] == [1, 2, 3]
    assert [(lane.name, lane.row, len(lane.beats)) for lane in strip.lanes] == [
        ("a0", 0, 5), ("a1", 1, 5), ("a2", 2, 5),
    ]  # fmt: skip
    assert strip.rows == 3
    left, right = WIDTHS[strip.widths[0]], strip.xs[1]
    for lane in (strip.spans, *strip.lanes):
        assert lane.xs == sorted(lane.xs)
        assert left <= lane.xs[0]
        assert lane.end <= right
    assert strip.marks == []  # they worked, and the little after it is not worth a word


def test_sub_agents_one_after_another_share_a_row():
    beats = [
        beat(n, Kind.TOOL, n * 10_000 + 1, n * 10_000 + 9_000, tool="Grep", agent=f"a{n}") for n in range(4)
    ]
    strip = lay_out(beats)
    assert [lane.row for lane in strip.lanes] == [0, 0, 0, 0]
    assert strip.rows == 1


def test_sub_agents_at_work_after_the_last_step_lie_on_the_line():
    beats = [
        beat(0, Kind.PROMPT, 1),
        beat(1, Kind.AGENT, 1_000, 9_000),
        beat(2, Kind.TOOL, 5_000, 5_000, tool="Grep", agent="a"),
        beat(3, Kind.AGENT, 20_000, status=StepStatus.RUNNING),
        beat(4, Kind.TOOL, 21_000, 21_000, tool="Grep", agent="b"),
    ]
    strip = lay_out(beats)
    assert strip.spans.xs[0] < strip.lanes[0].xs[0] < strip.spans.xs[1] < strip.lanes[1].xs[0]
    assert strip.lanes[1].end == strip.spans.end == strip.length


def test_a_sub_agent_without_steps_of_its_own_is_a_step_of_the_line():
    strip = lay_out([beat(0, Kind.TOOL, 1, 20_000, tool="Task")])
    assert [each.seq for each in strip.main] == [0]
    assert strip.spans.beats == []


def test_steps_without_time_come_last_and_the_harness_is_left_out():
    beats = [beat(0, Kind.LLM, 5, 9), beat(1, Kind.EVENT, 6, is_meta=True), beat(2, Kind.FINAL, None)]
    strip = lay_out(beats)
    assert [each.seq for each in strip.main] == [0, 2]
    assert lay_out([]).length == 0


def test_colour_mark_and_openness_are_one_number():
    codes = [
        code_of(Kind.TOOL, "Edit", StepStatus.OK, True, False),
        code_of(Kind.TOOL, "Bash", StepStatus.FAILED, True, True),
        code_of(Kind.LLM, "", StepStatus.RUNNING, False, False),
    ]
    assert [(COLOURS[code // 6], code % 6 // 2, code % 2) for code in codes] == [
        ("edit", 1, 0), ("fail", 2, 0), ("llm", 0, 1),
    ]  # fmt: skip


def take(client, told):
    """Do what static/js/strip_data.js does with an answer: by lane, (seq, code, x, width) of each step."""

    def numbers(text):
        return [ord(sign) - 35 for sign in text]

    def seqs(runs):
        return [seq + n for seq, count in zip(runs[::2], runs[1::2], strict=True) for n in range(count)]

    main = client.get("main", [])[: told["main"]["keep"]]
    lanes = [client.get(lane["name"], [])[: lane["keep"]] for lane in told["lanes"]]
    kept = sum(1_009 * row[0] + row[2] for rows in (main, *lanes) for row in rows)
    assert kept + sum(row[3] for rows in lanes for row in rows) == told["kept"]
    x = main[-1][2] + main[-1][3] if main else 0
    fresh = zip(*(numbers(told["main"][name]) for name in ("codes", "gaps", "widths")), strict=True)
    for seq, (code, gap, width) in zip(seqs(told["main"]["seqs"]), fresh, strict=True):
        x += told["table"][gap]
        main = [*main, (seq, code, x, told["table"][width])]
        x += told["table"][width]
    state = {"main": main}
    for lane, kept in zip(told["lanes"], lanes, strict=True):
        xs = [sum(lane["xs"][: n + 1]) for n in range(len(lane["xs"]))]
        rows = zip(seqs(lane["seqs"]), numbers(lane["codes"]), xs, lane["widths"], strict=True)
        state[lane["name"]] = [*kept, *rows]
    return state


@pytest.mark.parametrize("seed", range(5))
def test_what_changed_since_a_revision_makes_a_part_whole(seed):
    """Steps come and end in any order; a client that takes what it is told has what a fresh one has."""
    draw = random.Random(seed)
    beats, client, revision, known = [], {}, 0, None
    for _ in range(40):
        for _ in range(draw.randrange(1, 4)):
            revision += 1
            running = [each for each in beats if each.until is None and each.kind == Kind.TOOL]
            if running and draw.random() < 0.4:
                ended = draw.choice(running)
                ended.until, ended.revision = ended.start + draw.randrange(20_000), revision
                continue
            start = max((each.start for each in beats), default=1) + draw.randrange(5_000)
            agent = draw.choice(["", "", "", "a", "b"])
            until = start + draw.randrange(9_000) if draw.random() < 0.5 else None
            kind = Kind.TOOL if until is None else Kind.LLM
            new = beat(len(beats), kind, start, until, agent=agent, revision=revision)
            beats.append(new)
        beats.sort(key=lambda each: (each.start, each.seq))
        strip = lay_out(beats)
        client = take(client, pack_strip(strip, revision=revision, after=known))
        known = revision
        assert client == take({}, pack_strip(strip, revision=revision))


def test_an_answer_after_the_newest_revision_holds_no_step():
    strip = lay_out(sub_agents(2, 3))
    told = pack_strip(strip, revision=99, after=99)
    assert (told["main"]["seqs"], [lane["seqs"] for lane in told["lanes"]]) == ([], [[], []])


def test_a_run_of_20_000_steps_packs_into_less_than_150_kilobytes():
    import json

    beats = [
        beat(n, Kind.LLM if n % 2 else Kind.TOOL, n * 5_000 + 1, n * 5_000 + n % 4_900, tool="Bash",
             sent=9_000 + n * 7 if n % 2 else None, cached=8_000)
        for n in range(20_000)
    ]  # fmt: skip
    told = json.dumps(pack_strip(lay_out(beats), revision=20_000), separators=(",", ":"))
    assert len(told) < 150_000


def test_without_javascript_a_bar_shows_the_worst_of_its_steps():
    beats = [
        beat(n, Kind.TOOL, n * 10 + 1, n * 10 + 9, tool="Bash",
             status=StepStatus.FAILED if n == 1_234 else StepStatus.OK)
        for n in range(2_000)
    ]  # fmt: skip
    paths = dict(plain_strip(lay_out(beats)).paths)
    assert set(paths) == {"tool", "fail"}
    assert paths["fail"].count("M") == 1
    assert paths["tool"].count("M") < 300
    left = float(paths["fail"][1:].split()[0])
    assert abs(left - 1_234 / 2_000 * PLAIN_WIDTH) < 10


def test_words_tell_the_strip_to_those_who_do_not_see_it():
    beats = [
        beat(0, Kind.PROMPT, 1),
        beat(1, Kind.TOOL, 10, 20, tool="Bash", status=StepStatus.FAILED),
        beat(2, Kind.RETRY, 20, 4_000),
        beat(3, Kind.COMPACTION, 4_000),
        beat(4, Kind.TOOL, 4_100, 4_200, tool="Bash", changes=1, hidden=True),
        beat(5, Kind.PROMPT, 64_200),
    ]
    assert words_of_strip(lay_out(beats)) == (
        "6 steps; 1 failed: step 1; 1 retry; hidden changes at step 4; context compacted at step 3; "
        "waited for a human 1 time, 1 m 00 s."
    )
