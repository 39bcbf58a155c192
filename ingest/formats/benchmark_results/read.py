"""What a benchmark says of its runs: which tasks were resolved, and by which predictions (FORMATS 4.1)."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ingest import wild
from ingest.documents import read_documents
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined, RunRecord

FORMAT = "benchmark-results"
RESOLVED, UNRESOLVED = "resolved", "not resolved"
#: Lists of tasks in summaries: of SWE-bench's harness, and of SWE-agent's `results.json`.
GOOD_LISTS = ("resolved_ids", "resolved")
OTHER_LISTS = (
    *("unresolved_ids", "completed_ids", "submitted_ids", "incomplete_ids", "error_ids", "empty_patch_ids"),
    *("no_generation", "generated", "with_logs", "install_fail", "reset_failed", "no_apply", "applied"),
    *("test_errored", "test_timeout"),
)
ALONE = "Results say how runs ended that are imported together with them; none of these runs is here."


class Verdict(Struct, frozen=True):
    """What one file says of one task."""

    instance: str
    folder: str
    outcome: str | None = None
    model: str | None = None  #: `model_name_or_path` of a prediction


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether an object is a summary, a report or a prediction of a benchmark."""
    if isinstance(record.get("instance_id"), str):
        return "model_patch" in record or isinstance(record.get("resolved"), bool)
    if isinstance(record.get("resolved_ids"), list):
        return True
    if isinstance(record.get("resolved"), list) and any(name in record for name in OTHER_LISTS):
        return True
    values = list(record.values())[:20]
    return bool(values) and all(isinstance(value, dict) and is_told(value) for value in values)


def is_told(value: dict[str, Any]) -> bool:
    """Say whether an object tells of one task."""
    return isinstance(value.get("resolved"), bool) or ("model_patch" in value and "instance_id" in value)


def with_results(batch: Batch, files: list[SourceFile]) -> Batch:
    """Give the runs of a batch the outcomes, and where they name no variant of their own, the model."""
    verdicts: dict[str, list[Verdict]] = {}
    for file in files:
        documents = read_documents(file)
        batch += Batch(quarantined=documents.quarantined)
        found = [verdict for one in documents.found for verdict in verdicts_in(one.value, file.path)]
        for verdict in found:
            verdicts.setdefault(verdict.instance, []).append(verdict)
    runs = [judged(run, verdicts.get(str(run.meta.get("instance")), [])) for run in batch.runs]
    if not any(str(run.meta.get("instance")) in verdicts for run in runs):
        lost = [Quarantined(where=file.path, why=ALONE) for file in files]
        batch += Batch(quarantined=lost)
    return Batch(
        runs=runs,
        steps=batch.steps,
        changes=batch.changes,
        quarantined=batch.quarantined,
        format=batch.format,
    )


def verdicts_in(value: object, path: str) -> Iterator[Verdict]:
    """Read all that one object says of tasks."""
    folder = folder_of(path)
    record = wild.mapping(value)
    if isinstance(record.get("instance_id"), str):
        yield from verdict_of(str(record["instance_id"]), record, folder)
        return
    good = {text for name in GOOD_LISTS for text in texts_of(record.get(name))}
    other = {text for name in OTHER_LISTS for text in texts_of(record.get(name))}
    for instance in sorted(good | other):
        outcome = RESOLVED if instance in good else UNRESOLVED
        yield Verdict(instance=instance, folder=folder, outcome=outcome)
    for instance, told in record.items():
        if isinstance(told, dict):
            yield from verdict_of(instance, told, folder)


def verdict_of(instance: str, told: dict[str, Any], folder: str) -> Iterator[Verdict]:
    resolved = told.get("resolved")
    outcome = (RESOLVED if resolved else UNRESOLVED) if isinstance(resolved, bool) else None
    model = wild.text(told.get("model_name_or_path"))
    if outcome or model:
        yield Verdict(instance=instance, folder=folder, outcome=outcome, model=model)


def texts_of(value: object) -> list[str]:
    return [item for item in wild.items(value) if isinstance(item, str)]


def folder_of(path: str) -> str:
    """Name the folder of a file."""
    return path.replace("\\", "/").rpartition("/")[0]


def judged(run: RunRecord, verdicts: list[Verdict]) -> RunRecord:
    """Give a run what the results nearest to its file say of its task."""
    folder = folder_of(str(run.meta.get("file") or ""))
    outcome = nearest(folder, {(verdict.folder, verdict.outcome) for verdict in verdicts})
    model = nearest(folder, {(verdict.folder, verdict.model) for verdict in verdicts})
    return replace(run, outcome=outcome or run.outcome, variant=run.variant or model)


def nearest(folder: str, told: set[tuple[str, str | None]]) -> str | None:
    """Choose the word told nearest to a folder; None where two that are as near say different things."""
    near: dict[int, set[str]] = {}
    for place, word in told:
        if word is not None:
            near.setdefault(common_parts(folder, place), set()).add(word)
    words = near[max(near)] if near else set()
    return next(iter(words)) if len(words) == 1 else None


def common_parts(one: str, other: str) -> int:
    """Count the folders that two paths share from their beginning."""
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(one.count("/"), other.count("/")) + 1)
