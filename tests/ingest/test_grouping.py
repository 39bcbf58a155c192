"""Which traces are one run, whatever the order in which they come (docs/reference/grouping.md)."""

import json
import random
import threading
from itertools import permutations

import pytest
from django.db import connection
from django.urls import reverse
from msgspec import structs

from ingest import placing_sql
from ingest.formats.otlp import Source
from ingest.models import Trace, TraceSpan
from ingest.pipeline import take_spans
from runs.deltas import RELOAD, delta_after
from runs.models import MovedRun, Run, RunSum, Step
from runs.retention import delete_runs
from tests.ingest.spans import said
from tests.recordings import NOW
from tests.runs.recount import drift

pytestmark = pytest.mark.django_db

TASK = said.user("Fix it.")


def of(trace, raws, *, session="", process="p-1"):
    """Put spans into a trace of a session and a process."""
    resource = {"service.name": "fixer", "service.instance.id": process} if process else {}
    told = {"session.id": session} if session else {}
    return [
        structs.replace(
            one,
            trace_id=trace.rjust(32, "0"),
            source=Source(scope="my.agent", resource=resource),
            attributes=one.attributes | told,
        )
        for one in raws
    ]


def call(trace, start, *, text="", asks=True, **place):
    """Write a model call that is a trace of its own."""
    answer = said.says(text, *([(f"c-{trace}", "read_file", {"path": trace})] if asks else []))
    return of(trace, [said.model(trace, "", start, start + 1, sent=[TASK], said=[answer])], **place)


def agent(trace, start, end, *, root=True, **place):
    """Write a whole run: an agent with two model calls."""
    spans = [
        said.model(f"{trace}1", trace, start + 0.1, start + 0.5, sent=[TASK], said=[said.says("Yes.")]),
        said.model(f"{trace}2", trace, end - 0.5, end - 0.1, sent=[TASK], said=[said.says("Done.")]),
    ]
    return of(trace, [*spans, *([said.agent(trace, "", start, end, "fixer")] if root else [])], **place)


def take(project, *pieces):
    """Send each piece as a request."""
    for piece in pieces:
        take_spans(project, said.spans(piece), damaged=[], now=NOW)


def runs():
    """Say of each run how many model calls it has, its status and its last words."""
    return sorted(
        (
            run.llm_calls,
            run.status,
            *Step.objects.filter(run_id=run.id, kind="final")
            .order_by("started_at")
            .values_list("output_preview", flat=True),
        )
        for run in Run.objects.all()
    )


def forget():
    delete_runs(list(Run.objects.values_list("id", flat=True)))
    TraceSpan.objects.all().delete()
    Trace.objects.all().delete()
    RunSum.objects.all().delete()


def in_any_order(project, pieces, expected, *, most=24):
    """Try the orders of some requests, and all spans one by one."""
    orders = list(permutations(pieces))
    random.Random(1).shuffle(orders)
    alone = [[one] for piece in pieces for one in piece]
    for seed in range(4):
        mixed = list(alone)
        random.Random(seed).shuffle(mixed)
        orders.insert(0, mixed)
    for order in orders[:most]:
        take(project, *order)
        assert runs() == expected
        assert drift() == []
        forget()


def test_loose_calls_of_a_process_are_one_run(project):
    pieces = [call("1", 0), call("2", 60), call("3", 120, text="Done.", asks=False)]
    in_any_order(project, pieces, [(3, "done", "Done.")])


def test_loose_calls_long_after_are_another_run_until_others_lie_between(project):
    first, last = call("1", 0), call("3", 3_000)
    take(project, first, last)
    assert runs() == [(1, "running"), (1, "running")]
    take(project, call("2", 1_500))
    assert runs() == [(3, "running")]
    assert drift() == []
    assert sum(RunSum.objects.values_list("runs", flat=True)) == 1


def test_sessions_of_one_process_are_not_mixed(project):
    pieces = [
        call("1", 0, session="ada"),
        call("2", 1, session="bob"),
        call("3", 60, session="ada", text="Done.", asks=False),
        call("4", 61, session="bob"),
    ]
    in_any_order(project, pieces, [(2, "done", "Done."), (2, "running")])


def test_calls_without_session_and_process_stay_alone(project):
    in_any_order(project, [call("1", 0, process=""), call("2", 1, process="")], [(1, "running")] * 2)


def test_root_may_come_last_or_never(project):
    whole = agent("1", 0, 10)
    in_any_order(project, [whole], [(2, "done", "Done.")])
    in_any_order(project, [agent("1", 0, 10, root=False)], [(2, "running")])


def test_two_whole_runs_of_a_session_stay_two(project):
    pieces = [agent("1", 0, 10, session="chat"), agent("2", 5, 20, session="chat")]
    in_any_order(project, pieces, [(2, "done", "Done."), (2, "done", "Done.")])


def test_two_sdks_in_one_session_stay_two(project):
    pieces = [agent("1", 0, 10, session="chat"), agent("2", 5, 20, session="chat", process="p-2")]
    in_any_order(project, pieces, [(2, "done", "Done."), (2, "done", "Done.")])


def prompt(trace, start, sent, answer, **place):
    """Write one prompt of a conversation: an agent with one model call."""
    spans = [
        said.model(f"{trace}1", trace, start + 0.1, start + 0.9, sent=sent, said=[said.says(answer)]),
        said.agent(trace, "", start, start + 1, "fixer"),
    ]
    return of(trace, spans, **place)


def conversation(**place):
    """Write three prompts of one conversation, each of which is a trace."""
    first, second, third = (said.user(text) for text in ("Fix it.", "And b.py?", "Thanks."))
    return [
        prompt("1", 0, [first], "Fixed.", **place),
        prompt("2", 5_000, [first, said.says("Fixed."), second], "It is fine.", **place),
        prompt(
            "3", 9_000, [first, said.says("Fixed."), second, said.says("It is fine."), third], "Bye.", **place
        ),
    ]


def test_prompts_of_one_conversation_are_one_run(project):
    pieces = conversation(session="chat")
    in_any_order(project, pieces, [(3, "done", "Fixed.", "It is fine.", "Bye.")])
    take(project, *reversed(pieces))
    run = Run.objects.get()
    assert (run.task, run.prompts, run.status) == ("Fix it.", 3, "done")


def test_prompts_without_a_session_stay_runs(project):
    in_any_order(
        project, conversation(), [(1, "done", "Bye."), (1, "done", "Fixed."), (1, "done", "It is fine.")]
    )


def test_an_agent_that_is_called_again_in_a_chat_begins_anew(project):
    task = said.user("Fix it.")
    pieces = [
        prompt("1", 0, [task], "Fixed.", session="chat"),
        prompt("2", 50, [task], "Fixed.", session="chat"),
    ]
    in_any_order(project, pieces, [(1, "done", "Fixed.")] * 2)


def test_messages_between_agents_of_autogen_are_one_run(project):
    def bus(trace, start):
        (call,) = of(
            trace, [said.tool(f"{trace}1", trace, start, start + 1, "read_file", {"path": "a"}, "x")]
        )
        (root,) = of(trace, [said.raw(trace, "", start, start + 2, name="autogen process")])
        source = structs.replace(root.source, scope="autogen SingleThreadedAgentRuntime")
        return [call, structs.replace(root, source=source)]

    pieces = [bus("1", 0), bus("2", 10), bus("3", 20)]
    in_any_order(project, pieces, [(0, "done")])


def test_loose_calls_join_the_only_run_at_work(project):
    pieces = [agent("1", 0, 10), call("2", 3), call("3", 6)]
    in_any_order(project, pieces, [(4, "done", "Done.")])


def test_loose_calls_join_the_run_of_their_session_in_another_process(project):
    pieces = [agent("1", 0, 10, session="chat"), call("2", 3, session="chat", process="p-2")]
    in_any_order(project, pieces, [(3, "done", "Done.")])


def test_loose_calls_while_two_runs_are_at_work_join_neither(project):
    pieces = [agent("1", 0, 10), agent("2", 2, 20), call("3", 5), call("4", 6)]
    in_any_order(project, pieces, [(2, "done", "Done."), (2, "done", "Done."), (2, "running")])


def test_of_two_runs_the_one_at_work_is_joined(project):
    pieces = [agent("1", 0, 10), agent("2", 8, 20), call("3", 5), call("4", 15)]
    in_any_order(project, pieces, [(3, "done", "Done."), (3, "done", "Done.")])


def native(trace, start, of_span, **place):
    """Write what the provider's own SDK tells of a call that an instrumentation tells of, too."""
    one = said.model(trace, "", start, start + 0.2, sent=[TASK], said=[said.says("Yes.")])
    told = one.attributes | {"gen_ai.response.id": f"resp-{of_span}", "http.request.resend_count": 1}
    place.setdefault("session", "")
    return [
        structs.replace(span, source=structs.replace(span.source, scope="com.anthropic.sdk.python"))
        for span in of(trace, [structs.replace(one, attributes=told)], **place)
    ]


def test_one_call_told_in_two_traces_is_one_step(project):
    pieces = [
        agent("1", 0, 10, session="ada"),
        agent("2", 0.02, 12, session="bob"),
        native("3", 0.11, "11"),
        native("4", 0.13, "21"),
    ]
    in_any_order(project, pieces, [(2, "done", "Done."), (2, "done", "Done.")])
    take(project, *pieces)
    told = Step.objects.filter(key__in=["resp-11", "resp-21"]).order_by("key")
    assert [step.detail["resends"] for step in told] == [1, 1]
    assert [len(step.sources) for step in told] == [2, 2]


def test_calls_of_which_one_library_names_no_answer_are_the_same_by_their_time(project):
    """The outer call may begin well before the inner one: LangChain's first makes a connection."""
    host = [
        structs.replace(
            one, attributes={k: v for k, v in one.attributes.items() if k != "gen_ai.response.id"}
        )
        for one in agent("1", 0, 10)
    ]
    inner, at_once = native("2", 0.29, "21"), native("3", 9.501, "31")
    in_any_order(project, [host, inner, at_once], [(2, "done", "Done.")])
    another = native("3", 9.55, "31")  # it ended long before the one around it
    in_any_order(project, [host, inner, another], [(3, "done", "Done.")])


def test_one_call_told_twice_in_one_trace_is_one_step_without_contents_too(project):
    """An instrumentation that hides contents tells no id of an answer; its span is beside the provider's."""
    pieces = [agent("1", 0, 10), *(provider_beside(n, start) for n, start in (("1", 0.104), ("2", 9.504)))]
    for one in pieces[0][:2]:
        del one.attributes["gen_ai.response.id"]
    in_any_order(project, pieces, [(2, "done", "Done.")])
    take(project, *pieces)
    assert Run.objects.values_list("input_tokens", flat=True).get() == 200


def provider_beside(n, start):
    """Write the provider's own span of a call of `agent("1", …)`, in its trace."""
    one = said.model(f"9{n}", "1", start, start + 0.39, sent=[], said=[])
    (span,) = of("1", [one])
    return [structs.replace(span, source=structs.replace(span.source, scope="com.anthropic.sdk.python"))]


def test_calls_that_join_a_run_do_not_name_it(project):
    pieces = [agent("5", 0, 10), native("1", 0.11, "51"), call("2", 3)]
    for order in permutations(pieces):
        take(project, [span for piece in order for span in piece])
        assert Run.objects.values_list("name", "task", "agent").get() == ("Fix it.", "Fix it.", "fixer")
        forget()
        take(project, *order)
        assert Run.objects.values_list("name", "task", "agent").get() == ("Fix it.", "Fix it.", "fixer")
        forget()


def test_loose_calls_have_the_name_of_the_first_whichever_comes_first(project):
    pieces = [call("1", 0), call("2", 60), call("3", 120, text="Done.", asks=False)]
    for piece in pieces[1:]:  # only the first call was sent the prompt
        piece[0].attributes["gen_ai.input.messages"] = json.dumps([said.says("Go on.")])
    for order in permutations(pieces):
        take(project, *order)
        assert Run.objects.values_list("name", "task", "status").get() == ("Fix it.", "Fix it.", "done")
        forget()


def test_loose_calls_that_leave_a_run_leave_it_as_it_would_be_without_them(project):
    pieces = [call("1", 0), native("3", 20.11, "21"), agent("2", 20, 30, session="ada")]
    in_any_order(project, pieces, [(1, "running"), (2, "done", "Done.")])


def test_a_page_of_a_run_that_some_calls_left_is_loaded_anew(project):
    take(project, call("1", 0), native("3", 20.11, "21"))
    before = Run.objects.get()
    take(project, agent("2", 20, 30, session="ada"))
    run = Run.objects.get(llm_calls=1)
    assert (run.id, run.revision < before.revision) == (before.id, True)
    assert delta_after(project, run, before.revision) == RELOAD


def test_the_same_id_of_an_answer_at_another_time_is_another_call(project):
    pieces = [agent("1", 0, 10), native("3", 30, "11")]
    in_any_order(project, pieces, [(1, "done", "Yes."), (2, "done", "Done.")])


def test_a_run_that_joined_another_leads_there_and_keeps_what_people_said(project, owner, client, read_key):
    take(project, call("2", 3))
    old = Run.objects.get()
    Run.objects.filter(id=old.id).update(verdict="good", verdict_by=owner, tags=["slow"])
    take(project, agent("1", 0, 10))
    run = Run.objects.get()
    assert (run.llm_calls, run.verdict, run.tags, drift()) == (3, "good", ["slow"], [])
    assert run.id != old.id
    client.force_login(owner)
    names = {"team": project.team.slug, "project": project.slug}
    there = reverse("runs:run", kwargs={**names, "run_id": run.id})
    answer = client.get(reverse("runs:run", kwargs={**names, "run_id": old.id}) + "?step=0")
    assert (answer.status_code, answer["location"]) == (302, there)
    answer = client.get(f"/api/v1/runs/{old.id}", headers={"authorization": f"Bearer {read_key}"})
    assert (answer.status_code, answer["location"]) == (302, f"/api/v1/runs/{run.id}")
    delete_runs([run.id])
    assert MovedRun.objects.count() == 0
    assert sum(RunSum.objects.values_list("runs", flat=True)) == 0


def test_a_run_that_moved_is_no_one_elses(project, outsider, client):
    take(project, call("2", 3))
    old = Run.objects.get()
    take(project, agent("1", 0, 10))
    client.force_login(outsider)
    path = reverse("runs:run", kwargs={"team": project.team.slug, "project": project.slug, "run_id": old.id})
    assert client.get(path).status_code == 404


ASKED = {
    "project": 1, "calls": ["c"], "at": [0], "runs": ["r"], "traces": ["t"], "slack": 1, "sessions": ["s"],
    "instances": ["p"], "begun": [0], "until": [1], "since": [0], "skip": ["t"], "longest": 1, "most": 1,
    "gap": 1, "after": ["a"], "answers": ["b"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        ("SAME_CALLS", ["tracespan_answer"]),
        ("TALKS", ["trace_session"]),
        ("HOSTS", ["trace_session", "trace_instance"]),
        ("GUESTS", ["trace_session", "trace_"]),
        ("NEAREST_LOOSE", ["trace_loose"]),
    ],
)
def test_looking_around_goes_by_indexes(project, statement, indexes):
    names = [f"{n}" for n in range(500)]
    traces = Trace.objects.bulk_create(
        Trace(project=project, trace=n, run=n, session=n, instance=n, begun=int(n), shape="loose")
        for n in names
    )
    TraceSpan.objects.bulk_create(
        TraceSpan(trace=trace, span=trace.trace, kind="llm", call=trace.trace, at=trace.begun)
        for trace in traces
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ingest_trace, ingest_tracespan")  # else by what others left
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + getattr(placing_sql, statement), ASKED)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert [name for name in indexes if name not in plan] == []


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_end_in_one_run(project):
    pieces = [call(f"{n}", n) for n in range(1, 9)] + [native("90", 20.11, "951"), agent("95", 20, 30)]
    errors = []

    def send(piece):
        try:
            take(project, piece)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(piece,)) for piece in pieces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert runs() == [(2, "done", "Done."), (8, "running")]
    assert drift() == []
