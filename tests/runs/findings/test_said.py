"""What findings say: the sentence, the step with which it came true, and the evidence."""

import random

import pytest
from msgspec.structs import replace

from runs.judging import judge_run
from runs.models import Step
from runs.retention import delete_runs
from runs.store import save
from tests.recordings import NOW
from tests.runs.findings.labelled import labelled_runs

RUNS = {labelled.name: labelled for labelled in labelled_runs()}

SAID = [
    ("re-read", "drift.same_file_two_turns_later",
     "Read a.ts was done again 2 turns later, though the file had not changed (2.3 kB each "
     "time).", 6, [2, 6]),
    ("repeated-search", "drift.same_search_without_matches",
     "The search for `legacyMode` in src was repeated 1 turn later, with the same result.", 4, [1, 4]),
    ("edit-over-edit", "drift.red_checks_between_guesses",
     "Lines of a.ts were written and then rewritten 4 times within one task, with no green "
     "check in between.", 7, [1, 3, 5, 7, 9]),
    ("missing-path", "inputs.invented_module",
     "The agent asked for src/cart/totals-engine.ts, which does not exist and which nothing "
     "had named before.", 2, [2]),
    ("deleted-path", "inputs.read_after_own_rm",
     "The agent asked for src/legacy-cart.ts 2 turns after `rm src/legacy-cart.ts` had removed"
     " it.", 6, [2, 6]),
    ("unknown-tool", "inputs.unknown_function_twice",
     "The agent called a tool that it does not have, `functions.exec`, 2 times.", 1, [1, 3]),
    ("unknown-command", "inputs.unknown_option",
     "`git gc --auto --dry-run` used `dry-run`, which the program does not know.", 1, [1]),
    ("unknown-command", "inputs.program_not_installed",
     "`redis-server` was run, but there is no such command on this machine.", 1, [1]),
    ("edit-no-match", "inputs.text_made_up",
     "An edit of a.ts did not find the text to replace: what it had read of it had not "
     "changed, so the text is made up.", 3, [1, 3]),
    ("edit-no-match", "inputs.file_changed_by_a_formatter",
     "An edit of a.ts did not find the text to replace: `npm run fmt` had changed it since.", 3, [1, 2, 3]),
    ("edit-no-match", "inputs.file_never_read",
     "An edit of b.ts did not find the text to replace: the agent had not read the file.", 1, [1]),
    ("edit-no-match", "inputs.text_compacted_away",
     "An edit of a.ts did not find the text to replace: what it had read was compacted away.", 4, [1, 4]),
    ("edit-no-match", "inputs.text_replaced_by_itself_before",
     "An edit of a.ts did not find the text to replace: Edit a.ts had changed it since.", 4, [1, 2, 4]),
    ("token-jump", "growth.log_printed_whole",
     "Results made the prompt grow by 27.7k tokens in one turn, to 55.0k; the usual growth was"
     " 800; `cat server.log` brought 85.0 kB.", 22, [21, 22]),
    ("token-jump", "growth.human_pastes_a_log",
     "Results made the prompt grow by 24.7k tokens in one turn, to 52.0k; the usual growth was"
     " 800; the prompt brought 85.0 kB.", 22, [21, 22]),
    ("cache-collapse", "memory.two_long_pauses",
     "2 times more than the 5 minutes had passed for which caches are kept: 121k tokens were sent anew in "
     "all.", 3, [1, 3, 5]),
    ("re-read", "independent.drift.codex_prints_the_same_lines_again",
     "`sed -n '1,200p' src/parse.rs` was done again 2 turns later, though the file had not changed (2.3 kB "
     "each time).", 6, [2, 6]),
    ("repeated-search", "independent.drift.codex_greps_the_same_again",
     "The search `rg -n \"createSession\" src` was repeated 2 turns later, with the same result.", 6, [2, 6]),
    ("context-full", "growth.prompt_nearly_as_long_as_the_window",
     "The prompt reached 186k tokens, 93 % of the 200k that claude-haiku-4-5 takes.", 3, [3]),
    ("context-full", "growth.prompt_refused_as_too_long",
     "The model refused a call because its prompt was too long.", 1, [1]),
    ("compaction-loss", "memory.three_files_read_again",
     "After the compaction 3 files that had been read before were read again, unchanged: a.ts,"
     " b.ts, c.ts.", 15, [9, 11, 13, 15]),
    ("cache-collapse", "memory.long_pause",
     "Nothing of the 60.0k tokens sent before came from the cache: 26 m 41 s had passed, and "
     "caches are kept for 5 minutes.", 3, [1, 3]),
    ("cache-collapse", "memory.model_changed",
     "Nothing of the 60.0k tokens sent before came from the cache: the model changed from "
     "claude-opus-4-8 to claude-sonnet-5.", 2, [1, 2]),
    ("cache-collapse", "memory.tools_changed",
     "Only 20 % of the 60.0k tokens sent before came from the cache: what follows its first "
     "12.0k tokens had changed or been dropped, and no pause explains it.", 3, [1, 3]),
    ("long-turn", "pace.thirty_turns",
     "One prompt took 30 turns, 59.0 s of work.", 41, [0, 41]),
    ("iterations", "pace.two_agents_one_takes_long",
     "A sub-agent's task took 16 iterations.", 38, [38]),
    ("slow-model", "pace.six_second_calls",
     "The model took 5.8 s a call on average, 7.0 s at the 95th percentile, over 6 calls.",
     9, [5, 1, 7, 9, 3]),
    ("slow-tool", "pace.test_that_hangs",
     "`npm test` took 1 m 35 s; the median of the 5 calls like it before in this run was 2.0 s. The project "
     "has no call of Bash from the days before to compare with.", 6, [6]),
    ("slow-tool", "slow_tools.slow_in_this_run_with_few_calls_before",
     "Read nfs.ts took 24.0 s; the median of the 5 calls like it before in this run was 20 ms. The project "
     "has only 20 calls of Read from the days before to compare with.", 6, [6]),
    ("slow-tool", "slow_tools.first_read_hangs",
     "Read nfs.ts took 24.0 s; of 60 calls of Read in this project in the 30 days before, 95 % took no "
     "longer than about 19 ms.", 1, [1]),
    ("slow-tool", "slow_tools.every_query_is_slow",
     "mcp__db__query took 45.0 s, the longest of 6 such calls; of 80 calls of mcp__db__query in this "
     "project in the 30 days before, 95 % took no longer than about 288 ms.", 1, [1, 2, 3, 4, 5, 6]),
    ("human-wait", "pace.permission_after_ten_minutes",
     "The agent waited 10 m 00 s for a human to allow Bash.", 2, [2]),
    ("never-closed", "endings.silent_after_a_call",
     "The run went silent without an end; the last that came was a call of Bash.", 2, [2]),
    ("empty-answer", "endings.final_without_a_word",
     "The run ended with an answer that has not a word.", 3, [3]),
    ("output-limit", "endings.answer_cut",
     "An answer was cut short after 8.2k tokens at the limit of output tokens.", 1, [1]),
    ("output-limit", "endings.cut_three_times",
     "3 answers were cut short at the limit of output tokens.", 1, [1, 2, 3]),
    ("max-iterations", "endings.limits_exceeded",
     "The run ended at its limit of turns, after 1 model call: LimitsExceeded", 1, [1]),
    ("format-error", "failures.wrong_type",
     "mcp__db__search refused its input: validation error for search: limit: expected number, "
     "received string", 1, [1]),
    ("guardrail", "failures.trips_twice_in_a_sub_agent",
     "The guardrail refund limit tripped 2 times.", 1, [1, 3]),
    ("many-errors", "failures.errors_of_many_tools",
     "4 errors in 4 tool calls; they come from 4 tools.", 4, [1, 2, 3, 4]),
    ("timeout", "failures.test_timed_out",
     "`npm test` timed out after 2 m 00 s.", 1, [1]),
    ("timeout", "failures.server_timed_out_twice",
     "mcp__db__query timed out 2 times after 1.0 s.", 1, [1, 3]),
    ("over-budget", "failures.costs_more_than_allowed",
     "The run cost $0.28, more than the budget of $0.05.", 1, [1]),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slug", "name", "sentence", "step", "steps"), SAID, ids=lambda value: str(value)[:40]
)
def test_finding_says(project, slug, name, sentence, step, steps):
    labelled = RUNS[name]
    project.settings = {"findings": dict(labelled.settings)}
    project.save()
    for batch in labelled.batches():
        [saved] = save(project, batch, now=NOW)
        ruling = judge_run(saved.id, now=NOW)
    said = [(row.sentence, row.step, row.steps) for row in ruling.findings if row.signature == slug]
    assert said == [(sentence, step, steps)]


#: Runs whose findings count turns, take the slowest or the first of many.
COUNTED = (
    "drift.same_file_two_turns_later",
    "drift.same_search_without_matches",
    "drift.written_file_rewritten",
    "inputs.read_after_own_rm",
    "growth.log_printed_whole",
    "memory.second_compaction_loses",
    "pace.slow_at_first",
    "pace.twenty_one_turns",
)


def told(saved):
    keys = dict(Step.objects.filter(run_id=saved.id).values_list("seq", "key"))
    return sorted(
        (row.signature, row.sentence, keys[row.step], sorted(keys[seq] for seq in row.steps), row.numbers)
        for row in judge_run(saved.id, now=NOW).findings
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", COUNTED)
def test_findings_are_those_of_the_timeline_not_of_arrival(project, name):
    whole = RUNS[name].make()
    [saved] = save(project, whole, now=NOW)
    wanted = told(saved)
    delete_runs([saved.id])
    steps = random.Random(3).sample(whole.steps, len(whole.steps))
    early = replace(whole, steps=steps[: len(steps) // 2], changes=[])
    [saved] = save(project, early, now=NOW)
    judge_run(saved.id, now=NOW)
    [saved] = save(project, replace(whole, steps=steps[len(steps) // 2 :]), now=NOW)
    assert told(saved) == wanted
