"""Limits of comparisons, prompts and experiments: number, unit, reason. See docs/reference/limits.md."""

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
TASKS_SHOWN = 50

#: Dots of one side in a picture of a distribution; more are thinned evenly.
DOTS_MOST = 300

#: Saved comparisons of a project, and those of one page of their list.
SAVED_MOST = 500
SAVED_PAGE = 50

#: Characters of a system prompt that are looked at and kept as its template; the longest seen have 120,000.
PROMPT_CHARS = 400_000

#: Characters of the name and of the version that a client gives a prompt.
PROMPT_NAME_CHARS = 120

#: Versions of one family of prompts. More than that is no prompt that people edit, but one that differs from
#: run to run; runs that bring another one have no version then.
PROMPT_VERSIONS = 200

#: Lanes of a run (its main agent and sub-agents) whose prompts are recognised, the first ones.
PROMPT_LANES = 12

#: First model calls of a lane that are asked for its prompt: a call that failed may not have told it.
PROMPT_CALLS = 3

#: Products of two lengths that are aligned to the best, 2,000 by 2,000 steps. Longer lanes are cut first at
#: the steps that both have once.
BEST_CELLS = 4_000_000

#: Products of what is left between such steps, all together: 5,000 by 6,000 steps that have none, 0.3 s. More
#: is cut into equal shares.
ALIGNED_CELLS = 30_000_000

#: Products of two lengths of which all scores are kept: 1 MB.
LEAF_CELLS = 262_144

#: Characters of the name of a saved comparison.
COMPARISON_NAME_CHARS = 120

#: Newest runs of a project whose variants, models and agents the form suggests: read in 10 ms.
SUGGESTED_FROM = 2_000

#: Values suggested for one field of the form.
SUGGESTED_VALUES = 20

#: Newest runs of a version of a prompt that its sums are of, and the page says so: 20 versions in 50 ms.
PROMPT_RUNS = 1_000

#: Families on one page of prompts, and the newest versions of each that it lists; a family's page has all.
FAMILIES_PAGE = 12
FAMILY_VERSIONS = 6

#: Distinct texts behind a template that its page lists, the newest ones.
PROMPT_TEXTS = 20

#: Runs that the page of a version lists, the newest ones; the run list has all.
PROMPT_RUNS_LISTED = 10

#: Places in a text that differ from run to run that its page lists, and values told of each.
SLOTS_SHOWN = 30
SLOT_VALUES = 5

#: Runs that an experiment's matrix is made of, the newest ones that fit the filters, and the page says so.
EXPERIMENT_RUNS = 50_000

#: Variants that a matrix has columns for, those of most runs.
EXPERIMENT_VARIANTS = 24

#: Tasks on one page of a matrix.
EXPERIMENT_TASKS = 50

#: Tries of a cell that are drawn one by one; more of them are a bar.
TRIES_DRAWN = 10

#: Characters of a task that a report shows, and its files hold.
TASK_CHARS = 300

#: Share of a side's runs that were given one prompt, for the report to call it the side's prompt.
MAIN_PROMPT_SHARE = 0.8

#: Characters of two prompts together whose diff stands in the report; longer ones are a click away.
PROMPT_DIFF_CHARS = 20_000
