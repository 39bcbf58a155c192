"""A long session in which rules have much to look at: repeated checks, reads and searches, failed edits,
retries, prompts and compactions, in the main agent and twenty sub-agents."""

import json
import random
from datetime import timedelta
from typing import Any

from bench.store import NOW, text

CHECKS = ["npm test", "ruff check .", "make lint", "npm run build"]
CHECKS += [f"pytest -q tests/test_{n}.py" for n in range(40)]
LANES = [f"agent-{n}" for n in range(20)]


def mixed_run(name: str, steps: int, *, seed: int = 3) -> list[Any]:
    """Make a session that still runs, in batches of 500 steps."""
    from runs.kinds import RunStatus
    from runs.records import Batch, RunRecord

    told = RunRecord(
        external_id=name, source="bench", name=name, agent="claude-code", model="claude-opus-4-8",
        cwd="/work/shop", status=RunStatus.RUNNING, started_at=NOW,
    )  # fmt: skip
    session = _Session(name, random.Random(seed))
    while len(session.steps) < steps:
        session.add_turn()
    records = session.steps[:steps]
    known = {record.key for record in records}
    batches = [Batch(runs=[told], steps=records[at : at + 500]) for at in range(0, steps, 500)]
    return [*batches, Batch(changes=[change for change in session.changes if change.step in known])]


class _Session:
    def __init__(self, name: str, rng: random.Random) -> None:
        self.name, self.rng = name, rng
        self.steps: list[Any] = []
        self.changes: list[Any] = []
        self.sent = dict.fromkeys(["", *LANES], 20_000)

    def add(self, kind: str, lane: str, **fields: Any) -> Any:
        from runs.records import StepRecord

        at = NOW + timedelta(seconds=3 * len(self.steps))
        ended = at + timedelta(seconds=3 * self.rng.random())
        self.steps.append(
            StepRecord(run=self.name, key=f"k{len(self.steps)}", kind=kind, source="bench", agent=lane,
                       started_at=at, ended_at=ended, **fields)
        )  # fmt: skip
        return self.steps[-1]

    def add_turn(self) -> None:
        """Add a model call and one or two tool calls; now and then a prompt, a retry, a compaction."""
        from runs.kinds import Kind, StepStatus
        from runs.records import Tokens

        lane = self.rng.choice(LANES) if self.rng.random() < 0.3 else ""
        if self.rng.random() < 0.01:
            self.add(Kind.PROMPT, lane, status=StepStatus.OK, input=f"Mend it. {text(self.rng, 300)}")
        if self.rng.random() < 0.02:
            self.add(Kind.RETRY, lane, status=StepStatus.FAILED, error="529 overloaded", attempt=1)
        if self.sent[lane] > 150_000:
            self.add(Kind.COMPACTION, lane, status=StepStatus.OK)
            self.sent[lane] = 20_000
        usage = Tokens(input=10, cache_read=self.sent[lane], output=300)
        answer = json.dumps([{"type": "text", "text": text(self.rng, 300)}])
        self.add(Kind.LLM, lane, status=StepStatus.OK, model="claude-opus-4-8", tokens=usage, output=answer)
        self.sent[lane] += self.rng.randrange(200, 6_000)
        for _ in range(self.rng.choice((1, 2))):
            self.add_call(lane)

    def add_call(self, lane: str) -> None:
        """Read, search, edit or run something."""
        path, chance = f"src/module_{self.rng.randrange(300)}.py", self.rng.random()
        whole = f"/work/shop/{path}"
        if chance < 0.3:
            output = text(self.rng, 900) if chance < 0.15 else "1\tsame"
            self.call(lane, "Read", {"file_path": whole}, output=output)
        elif chance < 0.4:
            self.call(lane, "Grep", {"pattern": text(self.rng, 20)}, output=text(self.rng, 300))
        elif chance < 0.55:
            self.edit(lane, path, whole)
        else:
            looks = ["git status", "ls -la src", f"cat {path}", "grep -rn foo src", f"sed -n 1,20p {path}"]
            command = self.rng.choice([*CHECKS, *(looks * 5)])
            is_red = "Exit code 1" if self.rng.random() < 0.12 else None
            self.call(lane, "Bash", {"command": command}, output=text(self.rng, 500), error=is_red)

    def call(
        self, lane: str, tool: str, asked: dict[str, str], *, output: str, error: str | None = None
    ) -> Any:
        from runs.kinds import Kind, StepStatus

        status = StepStatus.FAILED if error else StepStatus.OK
        return self.add(
            Kind.TOOL, lane, tool=tool, input=json.dumps(asked), output=output, error=error, status=status
        )

    def edit(self, lane: str, path: str, whole: str) -> None:
        from runs.kinds import Op
        from runs.records import ChangeRecord

        old, new = text(self.rng, 200) + "\n", text(self.rng, 240) + "\n"
        missed = "String to replace not found in file" if self.rng.random() < 0.1 else None
        asked = {"file_path": whole, "old_string": old, "new_string": new}
        step = self.call(lane, "Edit", asked, output=missed or "ok", error=missed)
        if not missed:
            self.changes.append(
                ChangeRecord(run=self.name, step=step.key, key=f"{step.key}:0", path=path, op=Op.EDIT,
                             source="bench", before=old, after=new)
            )  # fmt: skip
