"""Limits of findings, stories, tools and the overview: number, unit, reason. See docs/reference/limits.md."""

#: Characters of a shell command that rules look at.
COMMAND_CHARS = 4_000

#: Steps of one page of clues: a new step writes one page anew, 23 kB.
CLUES_PAGE = 256

#: Clues that a worker keeps decoded, of the runs judged last: 1.2 kB each, three runs of 20,000 steps.
CLUES_CACHED = 60_000

#: Bytes of a long output that rules look at: its beginning and its end, half each.
CLUE_BYTES = 64_000

#: Words that look like paths remembered of one step, so that rules know what the agent had seen.
MENTIONS_MOST = 600

#: Steps of a run that rules judge, the first ones, and the finding list says so: 50,000 take 0.7 s.
JUDGED_STEPS = 50_000

#: Checks of one program, the first ones, whose greens are held against narrower ones of it.
WIDER_CHECKS = 40

#: Targets of such a check; one that names more is no wide one.
WIDER_TARGETS = 6

#: Patterns of sensitive files that a project may have; each is tried on every changed path.
SENSITIVE_MOST = 100

#: Findings of one signature kept of one run, those that came true first.
FINDINGS_KEPT = 50

#: Characters of a finding's sentence; what a trace brings into it is cut before.
SENTENCE_CHARS = 400

#: Characters of a finding's key, by which the same finding is known again.
FINDING_KEY_CHARS = 200

#: Steps named by one finding; `numbers.steps` counts all.
EVIDENCE_STEPS = 50

#: Chapters of one run: a dozen lines are read at a glance.
CHAPTERS_MOST = 12

#: Suspects that a moment keeps, the likeliest ones.
SUSPECTS_KEPT = 8

#: Characters of a tool's name in the sums of tools.
TOOL_NAME_CHARS = 200

#: Whole days before a run whose calls say how long a tool takes in a project.
HABIT_DAYS = 30

#: Tools on a page, those of most calls; the rest is counted.
TOOLS_SHOWN = 40

#: Calls on one page of calls.
CALLS_PAGE = 50

#: Slowest calls that the page of tools lists.
SLOWEST_SHOWN = 10

#: Failed calls of a period, the last ones, that are gathered by what they asked for: 15 ms.
FAILED_READ = 500

#: Calls that fail most which the page of tools lists.
FAILING_SHOWN = 10

#: Agents, models, repositories and people each that the overview lists, those of most runs.
OVERVIEW_ROWS = 10

#: Hours of the longest period that is shown by the hour; a longer one is shown by the day.
HOURLY_MOST = 72

#: Days of the longest period of tools and of the overview.
PERIOD_DAYS = 92

#: Days of a card's trend: two weeks show what came with the last change, and whether it went.
TREND_DAYS = 14

#: Findings on one page of a card, each with its evidence: two screens.
CARD_FINDINGS = 25

#: Days of runs that are judged anew when a project changes its rules; older ones follow by night.
REJUDGED_DAYS = 30

#: Runs marked to be judged anew in one transaction: short locks.
REJUDGED_AT_ONCE = 1_000

#: Runs of a project, judged by older rules, that one night judges anew, the newest first: 10 ms each.
REJUDGED_BY_NIGHT = 20_000

#: Checks that a story keeps of one run, the red ones first.
SERIES_KEPT = 12

#: Runs of one check that a story keeps, the last ones: two lines of marks.
MARKS_KEPT = 60

#: Ways from green to red that a story keeps, the open and the latest ones.
BREAKS_KEPT = 12

#: Retried calls that a story keeps, the first ones; all are counted.
RETRIED_KEPT = 50

#: Failed attempts of one call that a story keeps; agents give up after about ten.
ATTEMPTS_KEPT = 20

#: Checks of one step that its panel tells of: a test run may prove several.
CHECKS_TOLD = 4

#: Findings of a run that its glance lists, the worst ones, and hints; all of them are a click away.
FINDINGS_SHOWN = 12
HINTS_SHOWN = 6

#: Marks of one check in a run at a glance, the last ones; each is a link.
MARKS_SHOWN = 24
