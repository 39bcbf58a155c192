"""Every limit of the recorder: number, unit, reason."""

MIB = 1024 * 1024

#: Characters of one text in an event; what is longer is cut, with the number of characters left out.
TEXT_CHARS = 200_000

#: Values of one event, in all its lists and objects; what holds itself twice would be endless.
VALUES = 50_000

#: Lines and bytes that wait in memory while the file cannot be written (a full disk); the oldest go first.
WAITING_LINES = 10_000
WAITING_BYTES = 16 * MIB

#: Bytes and lines of one request; the server takes more, but a small batch is seen sooner and lost never.
BATCH_BYTES = 1 * MIB
BATCH_LINES = 1_000

#: Bytes of one line that is sent at all; the server's own limit of an event.
LINE_BYTES = 32 * MIB

#: Seconds after an event until it is sent together with those that followed.
LINGER_SECONDS = 0.25

#: Seconds that one request may take.
REQUEST_SECONDS = 10.0

#: Seconds of the first and the longest pause after a request that failed; Retry-After counts up to it.
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0

#: Seconds that the end of the process waits for events to be sent; the file has them in any case.
FLUSH_SECONDS = 3.0

#: Characters of a value from a `.env` file below which it is no secret: "true", "8080", "debug".
SECRET_CHARS = 8

#: Bytes of a `.env` file that are read for secrets.
ENV_FILE_BYTES = 64 * 1024

#: Seconds that one snapshot of the work tree may take; a slower one is the last, and says so.
SNAPSHOT_SECONDS = 10.0

#: Bytes of a file above which its change is told without contents, and it is not hashed.
FILE_BYTES = 1 * MIB

#: Files of one snapshot whose contents are told; of a checkout of thousands the others are named only.
CHANGED_FILES = 500

#: Files and bytes that are remembered where there is no git.
WALKED_FILES = 20_000
WALKED_BYTES = 64 * MIB

#: Bytes of changed files in one line about a look; the server takes 16 MiB of one hook.
LOOK_LINE_BYTES = 4 * MIB

#: Seconds after which a look before a tool came late, and how many in a row end the looks.
LATE_SECONDS = 0.25
SLOW_LOOKS = 3

#: Seconds that a hook may take to say what it has.
CLIENT_SECONDS = 2.0

#: Seconds between two questions whether the agent is alive, and without a word from it until its keeper ends.
PULSE_SECONDS = 2.0
IDLE_SECONDS = 3_600.0

#: Seconds that the end of a session waits for its last look, its transcript and its events, each.
END_SECONDS = 30.0

#: Seconds after the end of a turn until its transcript is sent: its last lines are written then.
TRANSCRIPT_SECONDS = 0.5

#: Bytes a second that sending a growing transcript again may cost.
TRANSCRIPT_BYTES_A_SECOND = 2 * MIB

#: Seconds after which a session that says nothing is taken for over, and what it left is sent by another one.
QUIET_SECONDS = 60.0

#: Seconds that what is sent is kept beside the hooks: to look at, and to send elsewhere.
KEPT_SECONDS = 7 * 86_400.0

#: Bytes of a command's output that `run` records, of each pipe; the rest is passed on alone.
OUTPUT_BYTES = 16 * MIB

#: Bytes of one line of output, after which it is recorded without waiting for its end.
OUTPUT_LINE_BYTES = 64 * 1024

#: Seconds after a command's end in which programs that it left behind may yet print.
LEFT_BEHIND_SECONDS = 1.0
