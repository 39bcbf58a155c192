"""One event as it is on the wire. Every field may be missing or of a wrong type; `reader` tames each value.

Parts that may be large are kept as `Raw`, so that the exact bytes survive and nothing is decoded that is only
stored. The names after `or` are spellings of other recorders, read as well.
"""

from msgspec import Raw, Struct

NOTHING = Raw()


class Event(Struct, gc=False):
    """The fields of all kinds; docs/reference/events.md says which kind has which."""

    run: object = None
    run_id: object = None  # or
    ts: object = None
    timestamp: object = None  # or
    time: object = None  # or
    kind: object = None
    type: object = None  # or
    event: object = None  # or, in turn logs
    id: object = None
    call: object = None
    call_id: object = None  # or
    tool_call_id: object = None  # or
    tool_use_id: object = None  # or
    step: object = None
    agent: object = None
    parent_agent: object = None
    parent: object = None
    turn: object = None
    phase: object = None
    name: object = None
    tool: object = None
    tool_name: object = None  # or
    model: object = None
    status: object = None
    error: object = None
    err: object = None  # or
    error_kind: object = None
    message: object = None
    is_error: object = None
    ok: object = None
    attempt: object = None
    duration_ms: object = None
    exit_code: object = None
    # model calls
    messages: Raw = NOTHING
    new_messages: Raw = NOTHING
    content: Raw = NOTHING
    tool_calls: Raw = NOTHING
    tool_results: Raw = NOTHING
    usage: object = None
    usage_semantics: object = None
    input_tokens: object = None
    output_tokens: object = None
    cache_read_input_tokens: object = None
    cache_creation_input_tokens: object = None
    cost_usd: object = None
    stop_reason: object = None
    ttft_ms: object = None
    time_to_first_token_ms: object = None  # or
    params: object = None
    request_id: object = None
    system: Raw = NOTHING
    instructions: Raw = NOTHING  # or
    tools: Raw = NOTHING
    prompt_name: object = None
    prompt_version: object = None
    template: Raw = NOTHING
    # tools
    args: Raw = NOTHING
    arguments: Raw = NOTHING  # or
    input: Raw = NOTHING
    output: Raw = NOTHING
    result: Raw = NOTHING  # or
    # words
    text: object = None
    prompt: object = None
    task: object = None
    summary: object = None
    level: object = None
    data: object = None
    # files
    path: object = None
    old_path: object = None
    op: object = None
    before: Raw = NOTHING
    user_modified: object = None
    after: Raw = NOTHING
    patch: Raw = NOTHING
    origin: object = None
    basis: object = None
    cwd: object = None
    # blob_ref
    digest: object = None
    size: object = None
    # retries
    of: object = None
    max_attempts: object = None
    http_status: object = None
    wait_ms: object = None
    # permissions, handoffs, guardrails, compactions
    decision: object = None
    by: object = None
    to: object = None
    passed: object = None
    trigger: object = None
    tokens_before: object = None
    tokens_after: object = None
    # runs
    outcome: object = None
    session: object = None
    session_id: object = None  # or
    parent_run: object = None
    replay_of: object = None
    replay_at: object = None
    agent_version: object = None
    repo: object = None
    branch: object = None
    commit: object = None
    variant: object = None
    meta: object = None
    started_at: object = None
    ended_at: object = None
