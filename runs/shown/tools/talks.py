"""Plans, questions to humans, sub-agents and skills."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.ansi import strip_ansi
from runs.kinds import StepStatus
from runs.markdown import markdown_html
from runs.plans import PlanItem, compared, items_of, items_of_list
from runs.questions import Question, questions_of
from runs.shown.results import ResultShown, result_shown
from runs.shown.tools.arguments import Argument, arguments_shown
from runs.shown.tools.calls import Call, LaneLink
from runs.tools import text_in
from runs.words import count, duration, plural, tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class TodoShown:
    """A plan as a checklist. `facts` say of a single task what was done to it."""

    items: list[PlanItem]
    summary: str
    said: str
    facts: list[str]
    arguments: list[Argument]
    result: ResultShown


def todo_shown(call: Call) -> TodoShown:
    """Show a plan, and what changed since the plan before."""
    items = items_of(call.arguments, dict(call.detail)) or items_of_list(call.output)
    marked = compared(items, call.earlier_plan) if "task" not in call.tool.lower() else items
    done = sum(item.state == "completed" for item in items)
    changed = sum(bool(item.change) for item in marked)
    words = [f"{done} of {len(items)} done"] if items else []
    words += [f"{plural(changed, 'change')} since the plan before"] if call.earlier_plan and items else []
    return TodoShown(
        items=marked,
        summary=" · ".join(words),
        said=text_in(call.arguments, "explanation"),
        facts=_task_facts(call),
        arguments=[] if items else arguments_shown(call.arguments),
        result=result_shown(call.output, whole=call.whole, more_url=call.output_url, absent=call.absent),
    )


def _task_facts(call: Call) -> list[str]:
    task = text_in(call.arguments, "taskId", "task_id") or call.word("task")
    state = text_in(call.arguments, "status") or call.word("state")
    return [word for word in (f"Task {task}" if task else "", state.replace("_", " ")) if word]


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentShown:
    """Work given to a sub-agent: its task, its steps, its report."""

    who: str
    what: str
    facts: list[str]
    prompt: SafeString | str
    lanes: list[LaneLink]
    arguments: list[Argument]
    result: ResultShown


def agent_shown(call: Call) -> AgentShown:
    """Show the task and the report as Markdown, with a link to the steps between them."""
    given = call.arguments
    prompt = text_in(given, "prompt", "message", "task", "instructions")
    return AgentShown(
        who=call.word("agent_type") or text_in(given, "subagent_type", "agent_type", "agent", "name"),
        what=call.word("description") or text_in(given, "description", "summary"),
        facts=_agent_facts(call),
        prompt=markdown_html(prompt),
        lanes=call.lanes,
        arguments=arguments_shown({k: v for k, v in given.items() if v != prompt}),
        result=result_shown(
            call.output,
            whole=call.whole,
            more_url=call.output_url,
            absent=call.absent,
            prose=call.status == StepStatus.OK,
        ),
    )


def _agent_facts(call: Call) -> list[str]:
    ms, tools, last = (call.number(name) for name in ("agent_ms", "agent_tools", "last_request_tokens"))
    words = [
        call.word("agent_model") or text_in(call.arguments, "model"),
        "in the background" if call.detail.get("background") is True else "",
        duration(ms) if ms else "",
        plural(tools, "tool call") if tools is not None else "",
        f"{tokens(last)} tokens in its last request" if last else "",
        f"in {call.word('worktree')}" if call.word("worktree") else "",
        *_stats(call.detail.get("stats")),
    ]
    return [word for word in words if word]


def _stats(stats: object) -> list[str]:
    names = (("readCount", "reads"), ("searchCount", "searches"), ("bashCount", "commands"))
    names += (("editFileCount", "edits"), ("linesAdded", "lines added"), ("linesRemoved", "lines removed"))
    told = stats if isinstance(stats, dict) else {}
    return [
        f"{count(value)} {word}" for key, word in names if isinstance(value := told.get(key), int) and value
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class AskShown:
    """Questions to a human, with the options and what was chosen."""

    questions: list[Question]
    arguments: list[Argument]
    result: ResultShown


def ask_shown(call: Call) -> AskShown:
    """Show questions with the answers that came."""
    questions = questions_of(call.arguments, dict(call.detail), call.output)
    return AskShown(
        questions=questions,
        arguments=[] if questions else arguments_shown(call.arguments),
        result=result_shown(call.output, whole=call.whole, more_url=call.output_url, absent=call.absent),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanShown:
    """A plan written out for a human to agree to."""

    plan: SafeString | str
    verdict: str
    arguments: list[Argument]
    result: ResultShown


def plan_shown(call: Call) -> PlanShown:
    """Show a plan as Markdown, and what the human said to it."""
    plan = text_in(call.arguments, "plan")
    verdicts = {"ok": "agreed to", "denied": "refused", "running": "waits for a human"}
    return PlanShown(
        plan=markdown_html(plan) if plan else "",
        verdict=verdicts.get(call.status, ""),
        arguments=arguments_shown({k: v for k, v in call.arguments.items() if k != "plan"}),
        result=result_shown(
            call.output, whole=call.whole, more_url=call.output_url, absent=call.absent, prose=True
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillShown:
    """A skill or a slash command that was called up."""

    name: str
    given: str
    result: ResultShown


def skill_shown(call: Call) -> SkillShown:
    """Show which skill, with what, and what it brought in."""
    return SkillShown(
        name=strip_ansi(call.word("skill") or text_in(call.arguments, "skill", "command", "name")),
        given=strip_ansi(text_in(call.arguments, "args", "arguments")),
        result=result_shown(
            call.output, whole=call.whole, more_url=call.output_url, absent=call.absent, prose=True
        ),
    )
