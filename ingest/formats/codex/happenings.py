"""Events of the program: prompts, counts, ends of turns, and what they tell of calls (FORMATS 3.3)."""

from collections.abc import Callable

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, first_line
from ingest.formats.codex import calls, told
from ingest.formats.codex.notes import event, hidden, note, prompt, word
from ingest.formats.codex.rollouts import Entry
from ingest.formats.codex.thread import Thread, usage_in
from runs.kinds import Kind, RunStatus, StepStatus

#: Events whose facts stand elsewhere in the file, or that only draw the screen.
SILENT = frozenset(
    {
        "agent_message",
        "agent_reasoning",
        "agent_reasoning_raw_content",
        "agent_reasoning_section_break",
        "thread_settings_applied",
        "account/rateLimits/updated",
        "exec_command_begin",
        "exec_command_output_delta",
        "patch_apply_begin",
        "mcp_tool_call_begin",
        "web_search_begin",
        "plan_update",
        "turn_diff",
        "item_started",
        "image_generation_end",
        "view_image_tool_call",
        "turn.completed",
        "thread_name_updated",
        "collab_waiting_begin",
        "collab_waiting_end",
    }
)


def read_event(thread: Thread, entry: Entry) -> None:
    """Read one `event_msg`."""
    reader = READERS.get(entry.kind)
    if reader is not None:
        reader(thread, entry)
    elif entry.kind not in SILENT:
        hidden(thread, entry, entry.kind or "event")


def user_message(thread: Thread, entry: Entry) -> None:
    said = word(entry.payload.get("message"))
    pictures = len(wild.items(entry.payload.get("images"))) + len(
        wild.items(entry.payload.get("local_images"))
    )
    add_prompt(thread, entry, said or "[image]" * bool(pictures), key=None)


def add_prompt(thread: Thread, entry: Entry, text: str, *, key: str | None) -> None:
    if text.strip():
        prompt(thread, entry, text, key=key)


def token_count(thread: Thread, entry: Entry) -> None:
    """Count a response once: the same total is told again and again (FORMATS 3.4)."""
    usage = usage_in(entry.payload)
    info = wild.mapping(entry.payload.get("info"))
    total = info.get("total_token_usage")
    if total and thread.is_told:
        thread.header.total = wild.mapping(total)
    is_again = total is not None and total == thread.total
    thread.total = total if total is not None else thread.total
    is_carried = bool(thread.turns) and not thread.has_spoken and not thread.habits.counts_first
    if usage and not is_again and not is_carried and not thread.habits.has_records:
        thread.count(entry, usage)


def usage_record(thread: Thread, entry: Entry) -> None:
    """`token_usage_record`: what one response cost, with the provider's id of it."""
    usage = wild.mapping(entry.payload.get("usage"))
    if usage:
        thread.count(entry, usage, native=wild.identity(entry.payload.get("response_id")))


def turn_began(thread: Thread, entry: Entry) -> None:
    thread.close()
    thread.turns.append(thread.head)
    thread.turn = wild.identity(entry.payload.get("turn_id")) or ""
    thread.ending, thread.trouble = None, None
    thread.asked_at = entry.at or thread.asked_at


def turn_ended(thread: Thread, entry: Entry) -> None:
    """`task_complete`: the turn is over; after an error it has nothing to say."""
    thread.close()
    failed = thread.trouble is not None and not word(entry.payload.get("last_agent_message"))
    thread.ending = (RunStatus.FAILED, thread.trouble) if failed else (RunStatus.DONE, None)


def turn_aborted(thread: Thread, entry: Entry) -> None:
    thread.close()
    reason = word(entry.payload.get("reason")) or "interrupted"
    for tool in thread.tools.values():
        if not tool.answered and tool.status is None:
            tool.status, tool.error_kind, tool.error = (
                StepStatus.CANCELLED,
                "human",
                "Interrupted by the user",
            )
    if reason != "replaced":
        thread.ending = (RunStatus.INTERRUPTED, None)
    event(thread, entry, "Interrupted" if reason == "interrupted" else f"Turn aborted: {reason}")


def error(thread: Thread, entry: Entry) -> None:
    """An error that ended the turn."""
    inner = wild.mapping(entry.payload.get("error"))
    said = (
        word(entry.payload.get("message")) or word(inner.get("message")) or "The model could not be reached"
    )
    cause = entry.payload.get("codex_error_info") or inner.get("kind")
    thread.close()
    thread.trouble = first_line(said, 300)
    thread.ending = None
    note(
        thread,
        entry,
        Kind.ERROR,
        name="API error",
        status=StepStatus.FAILED,
        error=thread.trouble,
        error_kind="api",
        output=said,
        cause=word(cause) or (as_json(cause)[:200] if cause else None),
    )


def stream_error(thread: Thread, entry: Entry) -> None:
    """A lost stream that is tried again."""
    said = first_line(word(entry.payload.get("message")), 300) or "The stream was lost"
    note(
        thread,
        entry,
        Kind.RETRY,
        name="API call",
        status=StepStatus.FAILED,
        error=said,
        error_kind="api",
        cause=said,
    )
    thread.asked_at = entry.at or thread.asked_at


def compacted(thread: Thread, entry: Entry) -> None:
    """`compacted`: the messages from here on are those of `replacement_history`, or one summary."""
    summary = word(entry.payload.get("message"))
    items = wild.objects(entry.payload.get("replacement_history"))
    before = thread.head.size if thread.head else 0
    if not items and summary:
        items = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": summary}]}]
    thread.restart(items)
    thread.compacted = True
    note(
        thread,
        entry,
        Kind.COMPACTION,
        status=StepStatus.OK,
        output=summary or None,
        messages_before=before,
        messages_after=thread.head.size if thread.head else 0,
        pre_tokens=wild.integer(thread.usage.get("total_tokens")),
    )


def context_compacted(thread: Thread, entry: Entry) -> None:
    """The event of a compaction; mostly the record `compacted` has told it."""
    if not thread.compacted:
        note(thread, entry, Kind.COMPACTION, status=StepStatus.OK)
    thread.compacted = False


def rolled_back(thread: Thread, entry: Entry) -> None:
    turns = wild.integer(entry.payload.get("num_turns"), 10_000) or 0
    thread.rewind(turns)
    event(thread, entry, "Rolled back", input=f"{turns} turn{'' if turns == 1 else 's'}", turns=turns)


def review_entered(thread: Thread, entry: Entry) -> None:
    hint = word(entry.payload.get("user_facing_hint")) or word(
        wild.mapping(entry.payload.get("target")).get("type")
    )
    event(thread, entry, "Review began", input=hint or None)


def review_exited(thread: Thread, entry: Entry) -> None:
    review = wild.mapping(entry.payload.get("review_output"))
    said = word(review.get("overall_explanation"))
    findings = wild.objects(review.get("findings"))
    event(
        thread,
        entry,
        "Review ended",
        input=word(review.get("overall_correctness")) or None,
        output="\n\n".join(filter(None, [said, *(word(found.get("title")) for found in findings[:50])]))
        or None,
        findings=len(findings) or None,
    )


def item_completed(thread: Thread, entry: Entry) -> None:
    """An item of newer versions: the same facts as the events of older ones."""
    item = wild.mapping(entry.payload.get("item"))
    key = wild.identity(item.get("id"))
    kind = word(item.get("type"))
    if kind == "UserMessage":
        add_prompt(thread, entry, calls.said_in(item.get("content")), key=key)
    elif kind == "CommandExecution":
        told.tell_command(thread, entry, item, key=key)
    elif kind == "FileChange":
        told.tell_patch(thread, entry, item, key=key)
    elif kind == "McpToolCall":
        told.tell_mcp(thread, entry, item, key=key)
    elif kind in ("CollabAgentToolCall", "CollabToolCall"):
        told.tell_agents(thread, entry, item, key=key)


READERS: dict[str, Callable[[Thread, Entry], None]] = {
    "user_message": user_message,
    "token_count": token_count,
    "task_started": turn_began,
    "turn_started": turn_began,
    "task_complete": turn_ended,
    "turn_complete": turn_ended,
    "turn_aborted": turn_aborted,
    "error": error,
    "stream_error": stream_error,
    "context_compacted": context_compacted,
    "thread_rolled_back": rolled_back,
    "entered_review_mode": review_entered,
    "exited_review_mode": review_exited,
    "exec_command_end": told.command_ended,
    "patch_apply_end": told.patch_ended,
    "mcp_tool_call_end": told.mcp_ended,
    "web_search_end": told.search_ended,
    "collab_agent_spawn_end": told.agent_started,
    "sub_agent_activity": told.agent_started,
    "item_completed": item_completed,
}
