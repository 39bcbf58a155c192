"""Limits of runs: number, unit, reason. Described in docs/reference/limits.md."""

from datetime import timedelta

#: A run without an end that has been silent for so long is shown as unfinished. Longer than the longest
#: model call and test suite people wait for.
SILENCE = timedelta(minutes=15)

#: Runs closed or deleted in one transaction: keeps locks and WAL short.
SWEEP_RUNS = 50

#: Rows of sums folded in one transaction: what a minute of full load adds.
SUMS_FOLDED = 10_000

#: Texts of runs put into the index of the list's search in one transaction: about half a second.
TEXTS_INDEXED = 1_000

#: Rows of one page of the run list: two screens.
PAGE_SIZE = 50

#: Runs that a search looks at one by one, from where the page begins, before it looks trigrams up: 10 ms.
RUNS_LOOKED_AT = 1_000

#: Choices in one menu of the run list's filters; those of most runs first.
MENU_SIZE = 30

#: Characters of a filter or search word in the URL.
FILTER_CHARS = 200

#: Steps of one window of the timeline, and of one frame of a socket: rendered in under 0.2 s.
WINDOW = 160

#: Sub-agents in sub-agents that a link to a step opens on its way.
LANES_DEEP = 8

#: Steps of a sub-agent's lane that are open around a step in it that a URL names; more come on a click. There
#: may be one such lane in another, and the page of a run stays under 200 kB.
LANE_AROUND = 20

#: Steps of a run up to which its page itself brings the split of its time and the strip for those without
#: JavaScript, 20 ms; those of a longer run come with the strip.
STRIP_AT_ONCE = 2_000

#: Steps of a run that its strip draws, the first ones, and says so: 50,000 take 0.4 s and 15 MB to lay out.
STRIP_STEPS = 50_000

#: Rows of sub-agents on a strip; more of them at once share rows, which are 2 pixels high by then.
STRIP_ROWS = 24

#: Strips that a process keeps for the other viewers of the same runs; one of 20,000 steps takes 6 MB.
STRIPS_KEPT = 4

#: Seconds in which all viewers of a run that is being written get the same strip: laying 20,000 steps out
#: takes 0.15 s.
STRIP_FRESH_SECONDS = 1.0

#: Bars of one line of the strip without JavaScript; more than that are joined, and show their worst.
STRIP_BARS = 300

#: Failed steps that the strip's words name; all of them are drawn.
STRIP_FAILURES = 20

#: Waits and unmeasured gaps that a flight strip tells in words, the longest ones; all are drawn.
STRIP_MARKS = 200

#: Characters of a prompt, message or thought in its row; opening the row shows all of it.
ROW_CHARS = 400

#: Milliseconds of a read that may lie in a group of reads; a slower one is a line of its own.
GROUPED_MS = 1_000

#: Bytes of what such a read brought; a bigger one fills the context, and that is worth a line.
GROUPED_BYTES = 40_000

#: Turns of one page of the tree.
TREE_TURNS = 200

#: Steps of one opened node of the tree; the others are a click away.
TREE_CHILDREN = 100

#: Nodes of the tree that an address keeps open.
TREE_OPEN = 30

#: Steps in the opened nodes of one answer; nodes beyond are closed.
TREE_ROWS = 600

#: Lines of one window of the log.
LOG_ROWS = 150

#: Records that an address keeps open in the log.
LOG_OPEN = 10

#: Seconds that find-in-run searches previews, and as many long texts; what is left is said.
FIND_SECONDS = 2.0

#: Steps of one query of find-in-run, between two looks at the clock.
FIND_CHUNK = 5_000

#: Bytes of long texts, unpacked, that one search reads: 0.5 s on one core.
FIND_BYTES = 128_000_000

#: Bytes of long texts in memory at a time.
FIND_BATCH_BYTES = 4_000_000

#: Steps that the list of find-in-run shows; n and N go on behind it.
FOUND_LISTED = 100

#: Steps that n and N go through, and that the strip marks.
FOUND_MOST = 5_000

#: Characters around a match in that list.
SNIPPET_CHARS = 140

#: Changed steps that a client which was away is sent; after more it loads the page anew.
MISSED_MOST = 1_000

#: Failures that the overview of a run lists, the first ones; the key `e` goes through all of them.
FAILURES_SHOWN = 8

#: Files that the overview of a run lists; the Changes tab has all.
FILES_SHOWN = 12

#: Messages added at one model call that its panel shows; all of them are a click away.
ADDED_SHOWN = 20

#: Messages of one page of a call's message list.
MESSAGES_PAGE = 50

#: Characters of one message on a page.
MESSAGE_CHARS = 12_000

#: Characters of one text on a page; the rest is a click away as plain text.
SHOWN_CHARS = 60_000

#: Numbered lines of code on a page; each is an element.
SHOWN_LINES = 1_500

#: Characters of code that are coloured; more is shown in one colour.
COLOURED_CHARS = 120_000

#: Characters of its longest line: minified code takes the lexers seconds.
COLOURED_LINE = 2_000

#: Lines of one part of a diff, painted in 0.1 s; the next part loads when it comes into view.
DIFF_LINES = 300

#: Characters shown of one line of a diff; the rest of the line is a click away.
LINE_CHARS = 1_000

#: Changed lines up to which a diff is open on the Changes tab; a longer one is a click away.
OPEN_LINES = 800

#: Lines of all open diffs of one answer, painted in 0.1 s; those after them load when they come into view.
ANSWER_LINES = 400

#: Bytes of the texts read for one answer of the Changes tab; diffs after them load when they come into view.
ANSWER_BYTES = 4_000_000

#: Unchanged lines that one click on ↑ or ↓ shows.
EXPANDED_LINES = 20

#: Bytes of one text that are compared; above, the diff says so and links the raw text.
COMPARED_BYTES = 4_000_000

#: Characters of a line in which words are compared: the time grows with the square.
COMPARED_LINE = 600

#: Diffs of one answer of the Changes tab.
CHANGES_PAGE = 25

#: Files in the list beside the diffs; folders after them are one line each, which leads to their files.
FILES_LISTED = 500

#: Files that are summed up for that list; a filter finds the others.
FILES_SUMMED = 10_000

#: Characters of a path in the URL of the Changes tab: Linux paths have 4,096 bytes.
CHANGE_PATH_CHARS = 4_000

#: Steps on a run's page of the admin, and changes.
ADMIN_LISTED = 50

#: Seconds between two frames of a run's socket: more often is a flicker.
PAUSE_SECONDS = 0.1

#: Seconds between two frames of the run list's socket: its sums are a query over the project.
LIST_PAUSE_SECONDS = 0.25

#: Seconds after which a silent socket says that it lives; it repairs lost nudges, too.
HEARTBEAT_SECONDS = 15

#: Changed runs of one frame of the run list; the rest comes with the next page load.
RUNS_WAITING = 200

#: Seconds more between two frames of a run for each socket on it: sending takes 0.2 ms each, and ingest
#: must not wait for those who watch. 500 sockets get two frames a second.
WATCHER_SECONDS = 0.001

#: Frames sent before requests get their turn: 2 ms.
SENDS_AT_ONCE = 10

#: Seconds a socket, within which clients that missed too much load the page anew: a page takes 0.05 s.
RELOAD_SECONDS = 0.1

#: Threads that render frames: rendering is Python, more would only take the processor from ingest.
FRAME_THREADS = 2

#: Seconds that one nudge may take; the next one says more than the one given up.
SEND_SECONDS = 2.0

#: Seconds between two rounds of nudges, so that a burst of requests is one.
NUDGE_PAUSE_SECONDS = 0.02

#: Runs waiting to be announced; above, the oldest are dropped, and heartbeats repair it.
NOTES_MOST = 10_000

#: Nudges sent to Redis in one round trip: they share SEND_SECONDS.
NUDGES_AT_ONCE = 200

#: Seconds in which nudges that fail are logged once.
GRUMBLE_SECONDS = 60

#: Steps, or changes, that an export reads at a time: some MB.
ARCHIVE_STEPS = 200

#: Texts that an export reads at a time; each may have 8 MiB.
ARCHIVE_TEXTS = 50

#: Tags of one run, and characters of one: words to find runs by, not a text.
TAGS_MOST = 20
TAG_CHARS = 40

#: Characters of the reason of a verdict.
REASON_CHARS = 2_000

#: Rows of the timeline of a Markdown summary; failures and edits go before what only looked.
SUMMARY_STEPS = 80

#: Lines of one file that are laid out by their numbers where only patches of it are known.
SHEET_LINES = 200_000

#: Lines of two texts together that are compared line by line; above, all from first to last difference.
NET_LINES_COMPARED = 40_000

#: Changes of one file that its history is built from, the newest; a file edited more often is a log.
VERSIONS_MOST = 500

#: Versions of a file with their diffs on one page.
VERSIONS_PAGE = 20

#: Versions in the list beside them; more are in lists before and after.
VERSIONS_LISTED = 100

#: Bytes of contents that the history of one file may read, the newest first: each is compared with the next.
HISTORY_BYTES = 32_000_000

#: Renames of a run that are followed.
RENAMES_MOST = 2_000

#: Reads of a file that its rebuilt versions are held against.
READS_CHECKED = 50

#: Bytes of those reads.
READS_BYTES = 4_000_000

#: Lines of one window of the whole file; the next one loads as it comes into view.
BLAME_LINES = 500

#: Changes of a run that its net patch is worked out from: ten times the longest real session.
NET_CHANGES = 20_000

#: Files of the list of one net page; a run of more has several lists.
NET_LISTED = 200

#: Files of one page of the net diff, with their lines; the next one loads as it comes into view.
NET_PAGE = 10

#: Bytes of contents that the net patch may read; files beyond are named as left out.
NET_BYTES = 64_000_000

#: Files whose contents are read at a time while the net patch is worked out.
NET_FILES_AT_ONCE = 200

#: Bytes of contents that a step's panel may read to say what became of its edits.
FATE_BYTES = 8_000_000

#: Steps of a run that are held against those of another, the first ones, and the page says so.
COMPARED_STEPS = 20_000

#: Runs of one comparison: a column each.
COMPARED_RUNS = 12

#: Runs that a run is offered to be compared with.
COMPARED_WITH = 12

#: Alignments of two runs that a process keeps for the next page of them; one of 5,000 steps has 4 MB.
ALIGNMENTS_KEPT = 8

#: Results of two runs that differ, read to see whether only times do, the first ones.
RESULTS_READ = 400

#: Rows of one page of two runs beside each other; stretches that are the same count as one.
BESIDE_ROWS = 120

#: Rows that are the same and follow one another, from which on they are folded.
FOLDED_ROWS = 8

#: Rows that stay at both ends of what is folded.
AROUND_FOLD = 2

#: Bytes of files that two runs left otherwise, read to compare them.
PAIRED_BYTES = 4_000_000

#: Messages of two contexts that are read to find the first that differs.
MESSAGES_COMPARED = 200

#: Files of one patch that a panel shows; agents patch a handful at once.
PATCH_FILES = 50

#: Matches of one search that a panel shows, grouped by file.
MATCHES_SHOWN = 500

#: Entries of one listing of files that a panel shows as a tree.
LISTED_SHOWN = 800

#: Values of one JSON text that a panel folds into a tree; a larger one is shown as indented text.
JSON_VALUES = 1_500

#: Levels of a JSON tree that fold; what lies deeper is written out on one line.
JSON_DEPTH = 12

#: Rows of one table of results.
TABLE_ROWS = 200

#: Columns of one table of results.
TABLE_COLUMNS = 12

#: Bytes of one picture in a result that a page embeds, decoded: a screenshot of a large screen.
IMAGE_BYTES = 2_000_000

#: Pictures of one result that a page embeds.
IMAGES_SHOWN = 4

#: Links of one web search that a panel lists.
LINKS_SHOWN = 50

#: Characters of each text in a step that is copied as Markdown.
COPIED_CHARS = 8_000

#: Sub-agents of one call that its panel links.
LANES_LISTED = 50

#: Bytes of messages and texts that one replay reads: a context of a million tokens has 4 MB, pictures more.
REPLAY_BYTES = 32_000_000

#: Steps that a replay adds to the newest recorded list, or rebuilds all from where none was recorded: more
#: than the context of any model holds, and read in 0.2 s.
REPLAY_STEPS = 2_000

#: Bytes of text in the zip of the files at a step; files beyond are listed in it.
REPLAY_ZIP_BYTES = 64_000_000

#: Runs in the tree of a run's relatives, the nearest; and steps from run to run that are followed.
RELATIVES_MOST = 60
RELATIVES_DEEP = 8

#: Kinds of losses a run counts by what they are about; one more of a kind counts without that.
LOSSES_PER_RUN = 60

#: Runs that the Connect page looks at for one of the source it waits for.
ARRIVALS_LOOKED_AT = 50

#: Seconds after which a run that goes on is news for an open Connect page again.
ARRIVALS_SECONDS = 5
