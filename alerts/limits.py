"""Limits of the watch and of alerts: number, unit, reason. Described in docs/reference/limits.md."""

#: Seconds between two looks for runs that changed, when there were none: a finding comes within two seconds.
WATCH_SECONDS = 0.5

#: Due runs judged before the watch looks again, so that a new run goes before a backlog.
DUE_AT_ONCE = 20

#: A run rests so many times as long as its judgement took: one long busy run takes at most a fifth of a core.
REST_SHARE = 4.0

#: Runs whose rest the watch remembers.
RUNS_REMEMBERED = 1_000
