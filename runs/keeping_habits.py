"""What a judgement is told of a project's tools: asked once a run and tool, then kept with the judgement.

Kept, so that a finding does not come and go with what other runs did since. It is asked anew when the run
turns out to be another agent's, or of another day.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC

import msgspec

from runs.findings.habits import AskHabits, Habit
from runs.models import Judgement, Run
from runs.queries.habits import habits_before


def ask_habits(run: Run, judgement: Judgement) -> AskHabits:
    """Give what rules ask for habits; what they learn is kept when the judgement is saved."""
    about = {"agent": run.agent, "day": run.sort_at.astimezone(UTC).date().isoformat()}
    kept = judgement.habits if judgement.habits.items() >= about.items() else {}
    known = msgspec.convert(kept.get("tools", {}), dict[str, Habit])

    def ask(tools: Iterable[str]) -> Mapping[str, Habit]:
        missing = sorted(set(tools) - known.keys())
        if missing:
            found = habits_before(run, missing)
            known.update({tool: found.get(tool, Habit()) for tool in missing})
            judgement.habits = about | {"tools": msgspec.to_builtins(known)}
        return known

    return ask
