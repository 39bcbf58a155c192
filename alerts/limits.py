"""Limits of the watch and of alerts: number, unit, reason. Described in docs/reference/limits.md."""

#: Seconds between two looks for runs that changed, when there were none: a finding comes within two seconds.
WATCH_SECONDS = 0.5

#: Seconds for which due runs are judged before the watch sees to other things.
ROUND_SECONDS = 2.0

#: Of so many runs judged one is the next older of all due ones, the others are the newest: 500 due runs
#: all have their turn within 2,000 judgements, however many new ones come.
TURN_EVERY = 4

#: A run rests so many times as long as its judgement took: one long busy run takes at most a fifth of a core.
REST_SHARE = 4.0

#: Seconds of the longest rest: an alert comes within five seconds of its step.
REST_SECONDS = 2.5

#: Characters of the name of a rule or channel.
NAME_CHARS = 80

#: Characters of an alert's sentence; findings keep theirs shorter.
SENTENCE_CHARS = 500

#: Steps that an alert names.
ALERT_STEPS = 20

#: Hours after which the end of a run calls nobody any more: it was imported. The inbox still shows it.
OLD_HOURS = 1

#: Rules of one project: all of them are applied whenever a run changes.
RULES_MOST = 50

#: Channels of one project.
CHANNELS_MOST = 20

#: Seconds between two looks for silent runs, and for cool-downs that are over.
STUCK_SECONDS = 3.0

#: Silent runs taken up in one look.
STUCK_AT_ONCE = 100

#: Rules taken up in one look for cool-downs that are over.
HELD_AT_ONCE = 100

#: Alerts that a message names beside its own: the others are counted.
HELD_NAMED = 5

#: Minutes of silence a rule may ask for, the most: after SILENCE a run is closed as unfinished.
STUCK_MINUTES = 14

#: Tries of a delivery, with 5 s, 25 s, 2, 10 and 52 min between them: a receiver may be away for an hour.
DELIVERY_TRIES = 6

#: Base of the waits between tries, in seconds: it is raised to the number of the try.
DELIVERY_BACKOFF = 5

#: Seconds one delivery may take, from the look-up of the name to the end of the answer.
SEND_SECONDS = 10

#: Bytes of an answer that are read; they are kept as the error when it is none of 2xx.
ANSWER_BYTES = 2_000

#: Characters of an error in the history.
ERROR_CHARS = 300

#: Characters of a chat service's answer that an error tells; it may be a page of HTML.
ANSWER_CHARS = 200

#: Share of the characters a chat service takes that a message may have: writing it their way makes it longer.
TEXT_SHARE = 0.85

#: Rows on a page of the inbox and of the history.
ALERTS_PAGE = 50

#: Days of past runs that a preview looks at.
PREVIEW_DAYS = 30

#: Runs that a preview lists, the newest.
PREVIEW_LISTED = 10

#: Runs up to which a preview counts; "1,000 or more" says enough.
PREVIEW_COUNTED = 1_000

#: Seconds a preview may take in the database.
PREVIEW_SECONDS = 3

#: Hours of the longest window of a rate.
RATE_HOURS = 168

#: The number beside the bell above which it says "99+".
BADGE_MOST = 99

#: Niceness of the thread that judges runs, 0 to 19: on a full machine it gets a third of what ingest gets.
NICENESS = 5
