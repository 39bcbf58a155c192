"""Where the time of a run went: every moment once, and waiting only where the source says so."""

from runs.kinds import Kind, StepStatus
from runs.timing import Beat, Split, merge_intervals, split_time


def beat(seq, kind, start, until=None, **fields):
    return Beat(seq=seq, revision=seq, kind=kind, start=start, since=start, until=until, **fields)


def test_intervals_that_touch_are_one():
    assert merge_intervals([(5, 9), (1, 3), (3, 4), (6, 7), (20, 21)]) == [(1, 4), (5, 9), (20, 21)]


def test_model_tools_and_what_lies_between_are_told_apart():
    beats = [
        beat(0, Kind.PROMPT, 0),
        beat(1, Kind.LLM, 0, 5_000),
        beat(2, Kind.TOOL, 5_000, 8_000, tool="Bash"),
        beat(3, Kind.LLM, 9_000, 10_000),
    ]
    assert split_time(beats, start=0, end=12_000) == Split(model=6_000, tools=3_000, unmeasured=3_000)


def test_parallel_calls_and_sub_agents_count_once():
    beats = [
        beat(0, Kind.TOOL, 0, 4_000, tool="Read"),
        beat(1, Kind.TOOL, 1_000, 5_000, tool="Read"),
        beat(2, Kind.AGENT, 5_000, 20_000),
        beat(3, Kind.LLM, 5_000, 12_000, agent="a"),
        beat(4, Kind.LLM, 6_000, 13_000, agent="b"),
        beat(5, Kind.TOOL, 12_000, 15_000, tool="Grep", agent="a"),
    ]
    expected = Split(model=8_000, tools=7_000, unmeasured=5_000)
    assert split_time(beats, start=0, end=20_000) == expected


def test_a_sub_agent_of_which_nothing_inside_is_known_counts_as_such():
    beats = [beat(0, Kind.TOOL, 0, 9_000, tool="Task")]
    assert split_time(beats, start=0, end=9_000) == Split(agents=9_000)


def test_waiting_is_what_a_question_or_the_next_prompt_says():
    beats = [
        beat(0, Kind.PROMPT, 0),
        beat(1, Kind.LLM, 0, 1_000),
        beat(2, Kind.PERMISSION, 1_000, 4_000, tool="Bash"),
        beat(3, Kind.TOOL, 4_000, 5_000, tool="AskUserQuestion"),
        beat(4, Kind.FINAL, 6_000),
        beat(5, Kind.EVENT, 6_500, is_meta=True),
        beat(6, Kind.PROMPT, 30_000),
    ]
    split = split_time(beats, start=0, end=31_000)
    assert split == Split(model=1_000, human=3_000 + 1_000 + 24_000, unmeasured=2_000)


def test_a_call_that_a_human_refused_was_waited_for():
    beats = [beat(0, Kind.TOOL, 0, 27_000, tool="Bash", status=StepStatus.DENIED, refused=True)]
    assert split_time(beats, start=0, end=27_000) == Split(human=27_000)


def test_a_model_at_work_is_not_waiting_for_a_human():
    beats = [
        beat(0, Kind.PERMISSION, 0, 10_000, tool="Bash"),
        beat(1, Kind.LLM, 2_000, 6_000, agent="a"),
        beat(2, Kind.TOOL, 5_000, 9_000, tool="Bash"),
    ]
    assert split_time(beats, start=0, end=10_000) == Split(model=4_000, human=6_000)


def test_a_source_without_durations_has_measured_nothing():
    beats = [beat(0, Kind.LLM, 0), beat(1, Kind.TOOL, 4_000, status=StepStatus.RUNNING, tool="Bash")]
    assert split_time(beats, start=0, end=9_000) == Split(unmeasured=9_000)


def test_time_outside_of_the_run_is_not_counted():
    beats = [beat(0, Kind.LLM, 0, 9_000)]
    assert split_time(beats, start=2_000, end=5_000) == Split(model=3_000)
