"""Changes that nobody declared. Pure."""

from runs.findings.case import Case
from runs.findings.clues import Clue, Touch
from runs.findings.found import Found, Severity, Signature
from runs.findings.words import named_call
from runs.kinds import Kind


def find_hidden_changes(case: Case) -> list[Found]:
    """Find calls that changed files on disk which they did not say they would change."""
    seen = ((call, [touch for touch in touches if touch.hidden]) for call, touches in case.touched)
    # What changed between the calls is a person's, or a program's that runs beside.
    return [_found(call, hidden) for call, hidden in seen if hidden and call.kind == Kind.TOOL]


def _found(call: Clue, hidden: list[Touch]) -> Found:
    more = f" and {len(hidden) - 1} more" if len(hidden) > 1 else ""
    return Found(
        key=str(call.seq),
        sentence=f"{named_call(call)} changed {hidden[0].path}{more} without declaring it.",
        steps=[call.seq],
        at=call.seq,
        numbers={"files": len(hidden)},
        changes=[touch.n for touch in hidden],
    )


SIGNATURES = (
    Signature(
        slug="hidden-change",
        name="Hidden change",
        severity=Severity.WARNING,
        about="A file changed on disk during a call that did not declare it.",
        helps="Read the diff. Ask agents to edit with their edit tools, so that each change is told.",
        rule=find_hidden_changes,
    ),
)
