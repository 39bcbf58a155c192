"""Small recordings for tests that need one of everything."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from runs.kinds import Kind, Op, Origin, RunStatus, StepStatus
from runs.records import Batch, ChangeRecord, Context, Message, RunRecord, StepRecord, Tokens
from runs.store import save
from teams.models import Project, User

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def one_of_everything(run: str = "everything") -> Batch:
    """A run with every kind of step, a failure, a retry, a sub-agent, and file changes of all operations."""

    def step(key: str, kind: Kind, second: int, **fields: Any) -> StepRecord:
        given = {"status": StepStatus.OK, "started_at": at(second), "ended_at": at(second + 1), **fields}
        return StepRecord(run=run, key=key, kind=kind, source="test", **given)

    first = Context.of([Message(b'{"role":"user","content":"Fix the <b>tests</b>."}')])
    second = Context(first, Message(b'{"role":"assistant","content":"On it."}'))
    tokens = Tokens(input=900, cache_read=5000, cache_write_5m=300, output=250, reasoning=40)
    answer = '[{"type":"thinking","thinking":"hm"},{"type":"text","text":"I will **look** first."}]'
    steps = [
        step("p", Kind.PROMPT, 0, input="Fix the <b>tests</b>."),
        step("m1", Kind.LLM, 1, model="claude-opus-4-8", tokens=tokens, context=first, output=answer),
        step("read", Kind.TOOL, 2, tool="Read", input='{"file_path":"/w/a.py"}', output="1\tx",
             detail={"path": "a.py"}),
        step("bash", Kind.TOOL, 3, tool="Bash", input='{"command":"make test"}', output="\x1b[31mred\x1b[0m",
             status=StepStatus.FAILED, exit_code=1, error="Exit code 1"),
        step("retry", Kind.RETRY, 4, attempt=1, error="429 rate limited",
             detail={"wait_ms": 4100, "http_status": 429}),
        step("m2", Kind.LLM, 5, model="claude-opus-4-8", tokens=tokens, context=second, output=answer),
        step("edit", Kind.TOOL, 6, tool="Edit", input='{"file_path":"/w/a.py"}', output="done",
             raw=b'{"raw":1}'),
        step("task", Kind.AGENT, 7, tool="Task", name="Explore", input="look around", output="found"),
        step("sub", Kind.TOOL, 8, tool="Grep", agent="a1", parent="task", input='{"pattern":"x"}',
             output="a.py:1"),
        step("hand", Kind.HANDOFF, 9, name="reviewer"),
        step("guard", Kind.GUARDRAIL, 10, name="pii"),
        step("cut", Kind.COMPACTION, 11, detail={"trigger": "auto", "pre_tokens": 168000}),
        step("ask", Kind.PERMISSION, 12, name="Bash"),
        step("err", Kind.ERROR, 13, status=StepStatus.FAILED, error="API Error: 500"),
        step("log", Kind.EVENT, 14, name="log", output="hello"),
        step("final", Kind.FINAL, 15, output="Done."),
    ]  # fmt: skip

    def change(number: int, path: str, op: Op, **fields: Any) -> ChangeRecord:
        return ChangeRecord(
            run=run, step="edit", key=f"edit:{number}", path=path, op=op, source="test", **fields
        )

    changes = [
        change(0, "a.py", Op.EDIT, before="x = 1\n", after="x = 2\ny = 3\n"),
        change(1, "new.py", Op.CREATE, after="print()\n"),
        change(2, "old.py", Op.DELETE, before="gone\n"),
        change(3, "b.py", Op.RENAME, old_path="c.py", before="same\n", after="same\n"),
        change(4, "hidden.py", Op.EDIT, origin=Origin.OBSERVED, before="a\n", after="b\n"),
    ]
    told = RunRecord(
        external_id=run, source="test", agent="own-loop", repo="shop", branch="main", status=RunStatus.FAILED,
        outcome="build red", started_at=at(0), ended_at=at(16),
    )  # fmt: skip
    return Batch(runs=[told], steps=steps, changes=changes)


def record_everything(project: Project, owner: User) -> dict[str, Any]:
    """Record one of everything; return a real value for every parameter a URL may take."""
    from datetime import timedelta as days

    from django.utils import timezone

    from teams.models import ApiKey, Invitation, Membership

    [saved] = save(project, one_of_everything(), now=NOW)
    invitation = Invitation.objects.create(
        team=project.team, email="new@example.com", role="member", token_hmac="0" * 64,
        expires_at=timezone.now() + days(days=1), created_by=owner,
    )  # fmt: skip
    key = ApiKey.objects.filter(project=project).first() or make_key(project, owner)
    make_rejection(project)
    return {
        "team": project.team.slug,
        "team_slug": project.team.slug,
        "project": project.slug,
        "project_slug": project.slug,
        "run_id": saved.id,
        "seq": 6,
        "number": 0,
        "name": "agent",
        "column": "kind",
        "signature": "tool-loop",
        "version": make_prompt(project, saved.id),
        "problem_id": make_problem(project),
        "invitation_id": invitation.pk,
        "membership_id": Membership.objects.filter(team=project.team).order_by("-pk")[0].pk,
        "key_id": key.pk,
        "comparison_id": make_comparison(project, owner),
        **make_alert(project, owner, saved.id),
    }


def make_comparison(project: Project, owner: User) -> UUID:
    from runs.actions import save_comparison

    query = "a.agent=own-loop&b.agent=codex"
    return save_comparison(project, "agents", query, by=owner, now=NOW).id


def make_alert(project: Project, owner: User, run_id: Any) -> dict[str, int]:
    """An alert of a run, its rule, and a channel of a kind that has everything."""
    from alerts.actions.channels import create_channel
    from alerts.models import Alert, AlertRule, Delivery

    channel, _ = create_channel(
        project, "hook", kind="webhook", config={"url": "https://example.com/"}, shown="https://example.com/…",
        by=owner, now=NOW,
    )  # fmt: skip
    rule = AlertRule.objects.filter(project=project).order_by("pk")[0]
    alert = Alert.objects.create(
        project=project, rule=rule, run_id=run_id, run_name="everything", severity=2, sentence="21 turns.",
        steps=[6], step=6, opened_at=NOW, last_at=NOW, state_at=NOW,
    )  # fmt: skip
    Delivery.objects.create(
        uid=uuid4(), project=project, channel=channel, alert=alert, event="fired", created_at=NOW
    )
    return {"alert_id": alert.pk, "rule_id": rule.pk, "channel_id": channel.pk}


def make_prompt(project: Project, run_id: Any) -> int:
    """A version of a prompt that a run was given."""
    from runs.models import PromptFamily, PromptUse, PromptVersion

    family = PromptFamily.objects.create(project=project, name="fixer", versions=1)
    version = PromptVersion.objects.create(
        project=project, family=family, key=b"k", number=1, template="You fix things.", first_at=NOW
    )
    PromptUse.objects.create(
        run_id=run_id, version=version.pk, project=project, is_main=True, digest=b"d", at=NOW
    )
    return version.pk


def make_problem(project: Project) -> int:
    from ingest.actions import keep_problems
    from ingest.models import Problem
    from runs.records import Quarantined

    problem = Quarantined(where="line 1", why="Not JSON.", data=b"{")
    keep_problems(project, [problem], source="events", now=NOW)
    return Problem.objects.get(project=project).pk


def make_rejection(project: Project) -> None:
    from teams.store import Rejected, Times, keep_rejections

    refused = Rejected(
        team=project.team_id, project=project.pk, status=401, reason="No key.", method="POST",
        path="/v1/traces", client="curl", address="10.0.0.5",
    )  # fmt: skip
    keep_rejections([(refused, Times(count=1, first=NOW, last=NOW))])


def make_key(project: Project, owner: User) -> Any:
    from teams.actions import create_key

    return create_key(project, "walls", scopes=["ingest", "read"], by=owner)[0]
