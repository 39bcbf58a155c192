"""Every limit of the ingest app: number, unit, reason. Over a limit is one sentence, never a silent cut."""

KIB = 1024
MIB = 1024 * KIB

#: Bytes of one events request as sent. Recorders post kilobytes; the largest bodies seen have 5 MB.
EVENTS_ENCODED_BYTES = 32 * MIB

#: Bytes of one events request after decompression. A request takes about 3 times this in memory.
EVENTS_DECODED_BYTES = 64 * MIB

#: Bytes of one import request or upload as sent, all files together. The worker holds an upload in memory.
UPLOAD_BYTES = 256 * MIB

#: Bytes of one import after decompression and unzipping. Transcripts shrink 5 to 10 times, so zips may grow.
IMPORT_DECODED_BYTES = 512 * MIB

#: Bytes read from the socket or the archive at a time.
CHUNK_BYTES = 64 * KIB

#: Bytes of compressed zstd given to the decoder at a time: 512 bytes can become 16 MiB, and no more than that
#: is held above the cap.
ZSTD_CHUNK_BYTES = 512

#: Bytes of a zstd window: level 19 needs 8 MiB, `--long` asks for 128 MiB, which is refused.
ZSTD_WINDOW_BYTES = 32 * MIB

#: Bytes of one line or event. Base64 images and whole files make lines of some MB (FORMATS.md 0.2).
LINE_BYTES = 32 * MIB

#: Events in one request. 50,000 small events are one transaction of about 5 s; split above that.
EVENTS_PER_REQUEST = 50_000

#: Values of one JSON body, or messages of one protobuf body: each takes some 100 bytes in memory, however
#: small it is. Dense bodies of 64 MiB have 3 million.
VALUES_PER_REQUEST = 4_000_000

#: Values of one imported file, which may be larger.
VALUES_PER_FILE = 16_000_000

#: Bytes of a protobuf body whose messages are not counted first: too small for very many.
UNCOUNTED_BYTES = 4 * MIB

#: Spans, log records or metrics of one OTLP request. Exporters send 512, the Collector some thousands.
OTLP_RECORDS = 200_000

#: Spans above one that are looked at for the agent and the tool it lies in. Graphs in graphs have some 30.
SPANS_ABOVE = 200

#: Steps one file may bring. The longest real sessions have 20,000; ten times that.
STEPS_PER_RUN = 200_000

#: Runs one events request may name: a request is about one run, or a handful of parallel ones.
RUNS_PER_REQUEST = 1_000

#: Bytes of text kept of one step's input or output; what is longer is cut and marked with its real size.
CONTENT_BYTES = 8 * MIB

#: Bytes of one picture in a prompt or a result of a transcript that its step keeps: as many as a page shows.
PICTURE_BYTES = 2_000_000

#: Bytes of all pictures that one step keeps: as text they stay below what a page takes apart.
PICTURES_BYTES = 2_500_000

#: Characters of an id a client chooses (run, step, agent). Longer ones are cut and end in their digest.
ID_CHARS = 200

#: Characters of a name, model, path or other single word of an event.
WORD_CHARS = 2_000

#: Bytes of the small facts kept beside a step (`detail`, `meta`, `usage`).
FACTS_BYTES = 16 * KIB

#: Bytes of one message, result or answer that stay in the raw record; larger ones are stored elsewhere.
RAW_PART_BYTES = 256

#: Levels of nesting JSON may have: our own formats need 10, the decoder recurses.
NESTING_DEPTH = 200

#: Files in one upload, import or zip. A Claude Code project folder holds hundreds.
FILES_PER_IMPORT = 2_000

#: Zips inside zips are opened this deep: an export of exports.
ZIP_DEPTH = 2

#: Characters of a file's path that are kept.
PATH_CHARS = 500

#: Bytes of a quarantined record that are kept, before compression. Enough to see what it is.
PROBLEM_BYTES = 256 * KIB

#: Problems one request or import stores one by one; the rest is counted in one last problem.
PROBLEMS_PER_REQUEST = 100

#: Problems a project keeps; the oldest go first.
PROBLEMS_PER_PROJECT = 10_000

#: Bytes of one part of an upload in the database: small enough for TOAST and for a retry.
PART_BYTES = 1 * MIB

#: Uploads that may wait or run in one project at once.
OPEN_UPLOADS = 50

#: Numbers of one series that are kept one by one, so that none counts twice: two hours of one a minute.
METER_POINTS = 120

#: Series that are kept of one session: a dozen metrics by model and who asked.
METERS_PER_RUN = 400

#: Ranges of event numbers that are kept of one session: holes between them are lost events.
SEQUENCE_RANGES = 100

#: Hook events in one request: a hook posts one; a script that kept some while it was offline posts hundreds.
HOOKS_PER_REQUEST = 1_000

#: Bytes of one hook event: the largest have a whole file before and after, and 30,000 characters of output.
HOOK_BYTES = 16 * MIB

#: Changed files in one look at a work tree; our recorder tells the contents of 500, and names of more.
LOOKED_FILES = 10_000

#: Seconds a client should wait when the database is away.
RETRY_AFTER_SECONDS = 5

#: Seconds between two looks whether a database that was away is back; until then nobody waits for it.
AWAY_PAUSE_SECONDS = 1

#: Rows on a page of problems.
PROBLEMS_PAGE = 50

#: Runs of one upload that the import page links by their titles; the run list has all.
UPLOAD_RUNS_LISTED = 50

#: Characters of the last words of a run that are remembered until its root ends; the model's step has them
#: all.
ANSWER_CHARS = 16_000

#: Days that spans are remembered by their ids after the last one of their trace; a later one is a new step.
TRACE_DAYS = 30

#: Traces forgotten in one transaction.
TRACES_AT_ONCE = 1_000

#: Runs in one batch that LangSmith's SDK is asked to send at most; what its own service asks for.
LANGSMITH_BATCH_RUNS = 100

#: Bytes of one such batch. Above it the SDK splits.
LANGSMITH_BATCH_BYTES = 20 * MIB

#: Names of scores that a run keeps in its facts; each is an event of the run as well.
SCORES_PER_RUN = 100

#: Ends of tool calls of one trace that wait for their starts; the SDK sends both within seconds.
LATE_ENDS = 50

#: Seconds between two loose model calls of one session or process that are one run: a tool may take minutes.
NEAR_SECONDS = 1_800

#: Characters of a value that is printed as Python and read as such; parsing takes some 100 times the memory.
PRINTED_PYTHON_CHARS = 1_000_000

#: Seconds before the Connect page was opened in which a run still counts as the one it waits for.
CONNECT_RECENT_SECONDS = 120

#: Seconds that an open Connect page looks back at most: a day.
CONNECT_WAIT_SECONDS = 86_400

#: Kinds of refused requests that a process holds until they are written, a second later.
REJECTIONS_NOTED = 1_000

#: Seconds between two writes of refused requests.
REJECTIONS_PAUSE_SECONDS = 1

#: Characters kept of a refused request's path, User-Agent and reason each.
REJECTION_CHARS = 300

#: Seconds after which an open Connect page is told of refused requests.
CONNECT_BEAT_SECONDS = 3

#: Seconds between the beginnings of two spans of one model call: that of the provider's own SDK lies in that
#: of the instrumentation.
SAME_CALL_SECONDS = 60

#: Seconds back in which runs are looked for that were still at work when a loose call was made.
LONGEST_SECONDS = 86_400

#: Loose calls that are placed anew because a run lasted longer than was known: four seconds a thousand.
GUESTS_AT_ONCE = 5_000

#: Times that a request is stored anew after it waited crosswise for another one of its session.
PLACING_ATTEMPTS = 4

#: Requests of one process that wait for a thread or are answered; more would wait longer than the 10 s that
#: exporters do.
WAITING_REQUESTS = 200

#: Bytes of their bodies, as sent.
WAITING_BYTES = 256 * MIB

#: Seconds a client should wait when there are more.
BUSY_SECONDS = 1
