"""One tool call with what stands around it: the plan before, its sub-agents, the files it changed."""

from dataclasses import dataclass, field

from runs.contents import read_blob
from runs.intents import intents_of
from runs.kinds import Kind
from runs.models import Run, Step
from runs.plans import PlanItem, items_of
from runs.queries.changes import changes_of_step, snapshots_see_declared, texts_of
from runs.queries.lanes import sub_agents_of
from runs.queries.steps import earlier_plan_of
from runs.shown.diffs import change_shown
from runs.shown.effects import EffectShown, effects_shown
from runs.shown.panels import absent_words, link_of
from runs.shown.steps import Place
from runs.shown.tools.calls import Call, LaneLink
from runs.shown.tools.files import outcomes_of
from runs.tools import Family, arguments_of, family_of_call, tools_of

_PLANS = tools_of(Family.TODO)


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What a step was given and what it answered, whole."""

    input: str
    output: str


def read_texts(run: Run, step: Step) -> Texts:
    """Read a step's input and output whole."""
    return Texts(
        input=whole_text(run, step.input_preview, step.input_digest),
        output=whole_text(run, step.output_preview, step.output_digest),
    )


def whole_text(run: Run, preview: str, digest: bytes | None) -> str:
    """Read a text whole: the preview is all of it unless a blob holds more."""
    data = read_blob(run.id, digest) if digest is not None else None
    return data.decode("utf-8", "replace") if data is not None else preview


def read_call(run: Run, step: Step, place: Place, texts: Texts) -> Call:
    """Gather what the builder of the call's family needs."""
    arguments = arguments_of(texts.input)
    family = family_of_call(step.tool, arguments)
    return Call(
        tool=step.tool,
        family=family,
        arguments=arguments,
        output=texts.output,
        detail=step.detail,
        status=step.status,
        exit_code=step.exit_code,
        cwd=run.cwd,
        whole=step.output_size,
        input_url=place.url("step_input", step.seq),
        output_url=place.url("step_output", step.seq),
        absent=absent_words(step),
        earlier_plan=read_earlier_plan(run, step) if family is Family.TODO else [],
        lanes=read_lanes(run, step, place) if family is Family.AGENT else [],
    )


def read_earlier_plan(run: Run, step: Step) -> list[PlanItem]:
    """Read the items of the plan before this one."""
    earlier = earlier_plan_of(run, step, _PLANS)
    if earlier is None:
        return []
    text = whole_text(run, earlier.input_preview, earlier.input_digest)
    return items_of(arguments_of(text), earlier.detail)


def read_lanes(run: Run, step: Step, place: Place) -> list[LaneLink]:
    """Link the steps of the sub-agents that a call started."""
    if not run.agents:
        return []
    return [
        LaneLink(url=link_of(place, row["first"]), name=row["name"], steps=row["steps"], failed=row["failed"])
        for row in sub_agents_of(run, step.key)
    ]


@dataclass(frozen=True, kw_only=True)
class Effects:
    """The files of a step: pairs of intent and effect, and whether anything was hidden."""

    files: list[EffectShown] = field(default_factory=list)
    hidden: bool = False


def read_effects(run: Run, step: Step, place: Place, texts: Texts) -> Effects:
    """Pair what a call asked of files with what changed."""
    arguments = arguments_of(texts.input) if step.kind == Kind.TOOL else {}
    family = family_of_call(step.tool, arguments)
    intents = intents_of(family, arguments) if step.kind == Kind.TOOL else []
    rows = changes_of_step(run, step.key) if step.changes else []
    if not rows and not intents:
        return Effects()
    contents = texts_of(run, rows)
    declared = {row.path for row in rows if row.origin == "declared"}
    hidden = {row.n for row in rows if row.origin == "observed" and row.path not in declared}
    shown = [change_shown(row, contents, place, hidden=row.n in hidden) for row in rows]
    files = effects_shown(
        intents,
        rows,
        shown,
        contents,
        status=step.status,
        cwd=run.cwd,
        outcomes=outcomes_of(family, arguments, texts.output, status=step.status),
        snapshots=bool(hidden) and bool(declared) and snapshots_see_declared(run),
    )
    return Effects(files=files, hidden=bool(hidden))
