"""The run that went sideways, replayed from its last green step, and what that one started."""

from datetime import timedelta

from agentscope.demo.calls import Edit, Read, Shell
from agentscope.demo.outputs import tsc, vitest
from agentscope.demo.scenarios.sideways import SCRIPT as SIDEWAYS
from agentscope.demo.script import End, Prompt, Script, Turn

OLD = (
    "  end.setHours(start.getHours(), start.getMinutes(), start.getSeconds() + config.session.ttl);\n"
    "  const offset = end.getTimezoneOffset() * 60;\n"
    "  return Math.floor((end.getTime() - start.getTime()) / 1000) - Math.max(0, -offset);\n"
)
NEW = (
    "  end.setTime(start.getTime() + config.session.ttl * 1000);\n"
    "  return Math.floor((end.getTime() - start.getTime()) / 1000);\n"
)

REPLAYED = Script(
    id="demo-replayed",
    name="Sessions expire too early, again from the green tests",
    task="Go on from the green tests, and change the config with the edit tool alone.",
    agent_version="2.1.17",
    branch=SIDEWAYS.branch,
    commit=SIDEWAYS.commit,
    ago=timedelta(minutes=17),
    start={"replay_of": SIDEWAYS.id, "replay_at": 9},
    items=[
        Prompt(text="Go on from the green tests, and change the config with the edit tool alone."),
        Turn(text="First the fix as it was.", calls=[Read("auth/session.ts"), Edit("auth/session.ts", OLD, NEW)]),
        Turn(text="Now the config.", calls=[
            Read("config/default.ts"),
            Edit("config/default.ts", "    ttl: 3600,", "    ttl: 60 * 60,"),
        ]),
        Turn(calls=[
            Shell(command="npm test -- session", output=vitest({"tests/session.test.ts": (2, 0)}, seconds=1.3), seconds=7.9),
            Shell(command="npm run build", output=tsc(), seconds=5.2),
        ]),
        Turn(text="Sessions last one hour everywhere. Tests and build are green."),
        End(outcome="tests green"),
    ],
)  # fmt: skip

CHECKED = Script(
    id="demo-checked",
    name="Check the session fix once more",
    task="Check that no other place takes the time zone into account.",
    agent_version="2.1.17",
    model="claude-haiku-4-5",
    branch=SIDEWAYS.branch,
    commit=SIDEWAYS.commit,
    ago=timedelta(minutes=14),
    start={"parent_run": REPLAYED.id},
    items=[
        Prompt(text="Check that no other place takes the time zone into account."),
        Turn(text="I will look at the callers.", calls=[Read("auth/middleware.ts"), Read("config/env.ts")]),
        Turn(text="No other place does."),
        End(outcome="nothing found"),
    ],
)  # fmt: skip

SCRIPTS = [REPLAYED, CHECKED]
