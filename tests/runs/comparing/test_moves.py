"""Moves: what of a step counts when two runs are held against each other."""

from hypothesis import given
from hypothesis import strategies as st

from runs.comparing.moves import StepText, moves_of
from runs.kinds import Kind


def step(seq, kind=Kind.TOOL, **fields):
    given = {
        "key": f"k{seq}", "parent_key": "", "agent": "", "tool": "", "name": "", "status": "ok", "error": "",
        "input": "", "whole": None, "output": "", "answered": b"", "path": "", "command": "", **fields,
    }  # fmt: skip
    return StepText(seq=seq, kind=kind, **given)


def move(cwd="/w", **fields):
    [made] = moves_of([step(0, **fields)], cwd=cwd)
    return made


def test_folder_of_the_run_does_not_count():
    here = move(tool="Read", input='{"file_path":"/w/a.py"}')
    there = move(cwd="/tmp/x", tool="Read", input='{"file_path":"/tmp/x/a.py"}')
    assert (here.act, here.given) == (there.act, there.given)


def test_description_of_a_command_does_not_count():
    one = move(tool="Bash", input='{"command":"npm test","description":"Run tests"}')
    other = move(tool="Bash", input='{"command":"npm test","description":"Check all"}')
    assert one.given == other.given


def test_command_with_other_arguments_is_the_same_act():
    one = move(tool="Bash", input='{"command":"npm test"}')
    other = move(tool="Bash", input='{"command":"npm test -- cart"}')
    assert one.act == other.act
    assert one.given != other.given


def test_command_that_prints_a_file_reads_it():
    assert move(tool="Bash", input='{"command":"cat src/a.py"}').act == move(tool="Read", path="src/a.py").act


def test_part_of_a_file_is_an_argument():
    whole = move(tool="Read", input='{"file_path":"/w/a.py"}')
    part = move(tool="Read", input='{"file_path":"/w/a.py","offset":9}')
    assert whole.act == part.act
    assert whole.given != part.given


def test_tools_that_nobody_knows_go_by_their_names():
    assert move(tool="deploy").act != move(tool="find_orders").act


def test_model_call_is_told_by_what_it_asked_for():
    steps = [
        step(0, Kind.LLM, output="First."),
        step(1, tool="Read", path="a"),
        step(2, Kind.LLM, output="Second."),
        step(3, tool="Read", path="a"),
        step(4, Kind.LLM, output="Third."),
        step(5, tool="Read", path="b"),
    ]
    first, _, second, _, third, _ = moves_of(steps, cwd="")
    assert first.act == second.act != third.act
    assert first.said != second.said


def test_retries_that_follow_one_another_are_one_move():
    steps = [step(0, Kind.RETRY), step(1, Kind.RETRY), step(2, Kind.LLM)]
    group, call = moves_of(steps, cwd="")
    assert (group.seq, group.more, call.seq) == (0, (1,), 2)


def test_sub_agent_lies_in_the_call_that_started_it():
    steps = [
        step(0, tool="Task"),
        step(1, Kind.AGENT, parent_key="k0", name="Explore"),
        step(2, agent="explore", parent_key="k1", tool="Read", path="a"),
        step(3, agent="explore", parent_key="k1", tool="Read", path="b"),
        step(4, agent="lost", parent_key="nobody", tool="Read", path="c"),
    ]
    call, lost = moves_of(steps, cwd="")
    assert ([inner.seq for inner in call.lane], lost.seq) == ([2, 3], 4)


def seqs_in(moves):
    for each in moves:
        yield from (each.seq, *each.more)
        yield from seqs_in(each.lane)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Kind.TOOL, Kind.LLM, Kind.RETRY, Kind.AGENT]), st.integers(0, 20), st.booleans()
        ),
        max_size=20,
    )
)
def test_each_step_is_in_one_move(told):
    """Also where agents lie in each other in a circle, or far too deep."""
    steps = [
        step(n, kind, parent_key=f"k{parent}", agent="x" if inside else "", tool="T" * (kind == Kind.TOOL))
        for n, (kind, parent, inside) in enumerate(told)
    ]
    rows = {each.key: each for each in steps}
    spans = [
        each.seq for each in steps
        if each.kind == Kind.AGENT and each.parent_key in rows and rows[each.parent_key].kind == Kind.TOOL
        and rows[each.parent_key].parent_key != each.key
    ]  # fmt: skip
    assert sorted([*seqs_in(moves_of(steps, cwd="")), *spans]) == list(range(len(steps)))


def test_agents_in_agents_without_end_are_made_flat():
    steps = [step(n, Kind.AGENT, agent="x", tool="Task", parent_key=f"k{n - 1}") for n in range(3_000)]
    assert sorted(seqs_in(moves_of(steps, cwd=""))) == list(range(3_000))
