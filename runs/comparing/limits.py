"""Limits of comparisons: number, unit, reason. Described in docs/reference/limits.md."""

#: Runs of one side of a report, the newest; more would add little to its intervals, and 2 × 2,000 take 1 s.
SIDE_RUNS = 2_000

#: Tasks on both sides from which runs are paired by task. With fewer, an interval over pairs is wider than
#: what pairing saves.
PAIRS_LEAST = 6

#: Share of the smaller side's runs that pairs must hold: a few pairs do not speak for two hundred runs.
PAIRED_SHARE = 0.5

#: Runs (or tasks) of a side from which a word is said at all.
UNITS_LEAST = 5

#: Share of false words among all words said of one report (Benjamini–Hochberg), and 1 − level of an interval.
FALSE_SHARE = 0.05

#: Chance to see a difference that is there, for "a difference over X would have been seen".
POWER = 0.8

#: Differences that are worth seeing: where a report could not have seen one, it says "not enough to tell".
#: Of cost, tokens and times, as a ratio; of counts, in standard deviations; of shares, as a share.
WORTH_RATIO = 1.25
WORTH_SIZE = 0.5
WORTH_SHARE = 0.15

#: Tools of the tool mix, and tasks of the table of pairs on one page.
MIX_TOOLS = 15
TASKS_SHOWN = 100

#: Dots of one side in a picture of a distribution; more are thinned evenly.
DOTS_MOST = 300

#: Saved comparisons of a project, and those of one page of their list.
SAVED_MOST = 500
SAVED_PAGE = 50
