"""SWE-agent trajectories to records: one file is one run (FORMATS 4.1)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest import wild
from ingest.documents import read_each, read_value
from ingest.formats.swe_agent.walk import Walk, is_answer
from ingest.sources import SourceFile
from ingest.trajectories.submissions import changes_of_submission
from ingest.trajectories.tasks import INSTANCE, instance_of_path, repo_of_folder, repo_of_instance
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined, digest_of

FORMAT = "swe-agent"
SOURCE = "swe-agent:trajectory"
NO_STEPS = "No steps are in this trajectory."
COMMIT_CHARS = 40


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether a file is a trajectory, or the history of one alone, as demonstrations are (FORMATS 7)."""
    if isinstance(record.get("trajectory"), list):
        return "info" in record or "history" in record
    return is_demonstration(record)


def is_demonstration(record: dict[str, Any]) -> bool:
    messages = wild.objects(record.get("history"))
    return any("agent" in message and "content" in message for message in messages[:3])


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read trajectories. Never raises; what cannot be read is in `quarantined`."""
    return read_each(files, FORMAT, lambda whole, _, path: read_trajectory(whole, path))


def read_trajectory(whole: dict[str, Any], path: str) -> Batch:
    """Read one trajectory."""
    history = wild.objects(whole.get("history"))
    trajectory = wild.objects(whole.get("trajectory")) or list(steps_of_history(history))
    if not trajectory and not history:
        return Batch(quarantined=[Quarantined(where=path, why=NO_STEPS)])
    config = replay_config(whole)
    agent = wild.mapping(config.get("agent"))
    model = wild.text(wild.mapping(agent.get("model")).get("name"))
    walk = Walk(run_id(whole, history, trajectory), SOURCE, history, model)
    walk.begin()
    walk.learn_folder(trajectory)
    cwd = walk.cwd
    for number, step in enumerate(trajectory):
        walk.take(number, step)
    return written(walk, whole, config, path, cwd=cwd)


def steps_of_history(history: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Make steps of a history that stands alone: each answer with what the next message says of it."""
    for number, message in enumerate(history):
        if not is_answer(message):
            continue
        step = {"action": message.get("action"), "response": message.get("content")}
        following = history[number + 1] if number + 1 < len(history) else {}
        if following.get("role") in ("user", "tool"):
            step["observation"] = wild.text(following.get("content")) or ""
        yield step


def replay_config(whole: dict[str, Any]) -> dict[str, Any]:
    """Read the configuration (1.0 and later): JSON text, or an object."""
    told = whole.get("replay_config")
    return wild.mapping(read_value(told) if isinstance(told, str) else told)


def run_id(whole: dict[str, Any], history: list[dict[str, Any]], trajectory: list[dict[str, Any]]) -> str:
    """Name the run by how it began: a file that has grown since is the same run."""
    parts = [wild.text(whole.get("environment")) or ""]
    for message in history:
        if is_answer(message):
            break
        parts.append(f"{message.get('role')}:{wild.text(message.get('content'))}")
    if trajectory:
        first = trajectory[0]
        parts += [str(first.get(name)) for name in ("response", "action", "observation", "execution_time")]
    return f"swe-{digest_of(chr(0).join(parts).encode()).hex()}"


def instance_of(config: dict[str, Any], path: str) -> str | None:
    """Name the benchmark's task: as the configuration says, else as the file is called."""
    told = wild.text(wild.mapping(config.get("problem_statement")).get("id"))
    named = wild.text(wild.mapping(config.get("agent")).get("name"))
    return (
        wild.identity(told) or (named if named and INSTANCE.match(named) else None) or instance_of_path(path)
    )


def written(walk: Walk, whole: dict[str, Any], config: dict[str, Any], path: str, *, cwd: str) -> Batch:
    """Write the run with all that is known of it."""
    recording = walk.recording
    info = wild.mapping(whole.get("info"))
    instance = instance_of(config, path)
    keys = recording.keys()
    submission = wild.text(info.get("submission")) or ""
    net = changes_of_submission(submission, run=recording.run, step=keys[-1], source=SOURCE) if keys else []
    status, error = status_of(info)
    env_repo = wild.mapping(wild.mapping(config.get("env")).get("repo"))
    commit = wild.text(env_repo.get("base_commit"))
    run = recording.run_record(
        status=status,
        error=error,
        task=walk.task,
        title=instance,
        agent="swe-agent",
        agent_version=wild.text(info.get("swe_agent_version")),
        model=walk.model,
        variant=walk.model,
        repo=repo_of_instance(instance) or repo_of_folder(cwd),
        commit=commit if commit and len(commit) == COMMIT_CHARS else None,
        cwd=cwd or None,
        meta=dict(meta_of(info, instance, path, whole)),
    )
    steps = recording.steps(StepStatus.UNANSWERED)
    return Batch(runs=[run], steps=steps, changes=recording.changes + net)


def status_of(info: dict[str, Any]) -> tuple[RunStatus, str | None]:
    """Say how the run ended: an abort hands in what is there, in brackets why (`submitted (exit_cost)`)."""
    told = (wild.text(info.get("exit_status")) or "").strip()
    if not told:
        return RunStatus.UNFINISHED, None
    if told == "submitted":
        return RunStatus.DONE, None
    why = told.removeprefix("submitted").strip(" ()") or told
    return RunStatus.FAILED, EXITS.get(why, f"SWE-agent stopped: {why}")[:300]


EXITS = {
    "exit_cost": "The cost limit was reached",
    "exit_total_cost": "The cost limit of all runs was reached",
    "exit_context": "The context window was full",
    "exit_format": "The answers could not be parsed, time and again",
    "exit_error": "An error ended the run",
    "exit_api": "The model's API failed",
    "exit_environment_error": "The environment broke",
    "exit_command_timeout": "Commands timed out, time and again",
    "exit_total_execution_time": "The time limit was reached",
    "exit_forfeit": "The agent gave up",
    "early_exit": "The run was ended early",
    "skipped": "The task was skipped",
}


def meta_of(
    info: dict[str, Any], instance: str | None, path: str, whole: dict[str, Any]
) -> Iterator[tuple[str, object]]:
    """Yield what else is known: tokens and cost are told for the whole run only (FORMATS 4.1)."""
    stats = wild.mapping(info.get("model_stats"))
    facts: dict[str, object] = {
        "instance": instance,
        "file": path,
        "environment": wild.text(whole.get("environment")),
        "exit_status": wild.text(info.get("exit_status")),
        "total_cost_usd": wild.number(stats.get("instance_cost")) or None,
        "tokens_sent": wild.integer(stats.get("tokens_sent")) or None,
        "tokens_received": wild.integer(stats.get("tokens_received")) or None,
        "api_calls": wild.integer(stats.get("api_calls")) or None,
    }
    yield from ((name, value) for name, value in facts.items() if value is not None)
