"""Runs that did not come to their end: stopped by a human, cut off, out of time, out of money."""

from datetime import timedelta

from agentscope.demo.calls import Edit, Glob, Read, Shell
from agentscope.demo.outputs import vitest, vitest_failure
from agentscope.demo.script import End, Note, Permission, Prompt, Retry, Script, Turn

WATCH = " RUN  v3.2.3 /home/maya/src/checkout-service\n\n ❯ tests/webhooks.test.ts (0 test)\n   · waiting for redis://localhost:6379 …\n"

INTERRUPTED = Script(
    id="demo-interrupted",
    name="Upgrade Express to the newest",
    task="Upgrade Express to the newest version.",
    agent_version="2.1.17",
    branch="chore/express",
    commit="e5b1c0937fd2",
    ago=timedelta(minutes=12),
    items=[
        Prompt(text="Upgrade Express to the newest version."),
        Turn(text="Let me see what is there.", calls=[Read("package.json"), Glob("routes/*")]),
        Turn(
            text="I will remove the lock file and install everything fresh.",
            calls=[Shell(command="rm -rf node_modules package-lock.json", seconds=2.9)],
        ),
        Permission(tool="Bash", question="npm install express@latest zod@latest stripe@latest ioredis@latest",
                   decision="deny", wait=21.0),
        Turn(text="I will install them one by one, then."),
        End(status="interrupted", outcome="stopped by maya"),
    ],
)  # fmt: skip

UNFINISHED = Script(
    id="demo-unfinished",
    name="Webhooks: verify before parsing",
    task="Verify webhook signatures before the body is parsed.",
    agent_version="2.1.14",
    branch="fix/webhooks",
    commit="c0ffee12d4b7",
    ago=timedelta(hours=6, minutes=40),
    items=[
        Prompt(text="Verify webhook signatures before the body is parsed, and add a test."),
        Turn(text="The order of the middleware matters here.", calls=[Read("server.ts"), Read("payments/webhooks.ts")]),
        Turn(calls=[
            Edit("payments/webhooks.ts", 'import { Router } from "express";', 'import { Router, raw } from "express";'),
            Edit("payments/webhooks.ts", '  "/stripe",\n', '  "/stripe",\n  raw({ type: "application/json", limit: "1mb" }),\n'),
        ]),
        Turn(text="Now the test.", calls=[
            Shell(command="npm test -- webhooks", output=WATCH, seconds=120.0, timed_out=True),
        ]),
        Turn(text="Redis is not running here. I will start it.", calls=[
            Shell(command="redis-server --port 6379 --daemonize yes", output="bash: redis-server: command not found\n",
                  exit=127, seconds=0.02),
        ]),
    ],
)  # fmt: skip

OVERLOADED = Script(
    id="demo-overloaded",
    name="Explain the coupon rules",
    task="Which coupons can be combined? Answer from the code.",
    agent="claude-code",
    agent_version="2.1.17",
    model="claude-opus-4-5",
    commit="e5b1c0937fd2",
    ago=timedelta(hours=2, minutes=51),
    items=[
        Prompt(text="Which coupons can be combined? Answer from the code."),
        Turn(text="I will look at the config and the cart.", calls=[Read("config/default.ts"), Read("routes/cart.ts")]),
        Note(kind="retry", fields={"attempt": 1, "max_attempts": 3, "http_status": 529, "error": "Overloaded", "wait_ms": 1100}),
        Note(after=1.8, kind="retry", fields={"attempt": 2, "max_attempts": 3, "http_status": 529, "error": "Overloaded",
                                              "wait_ms": 4300}),
        Note(after=4.9, kind="error", fields={"err": "API error 529: Overloaded. Gave up after 3 attempts.",
                                              "error_kind": "api", "http_status": 529}),
        End(status="failed", outcome="gave up", error="API error 529: Overloaded"),
    ],
)  # fmt: skip

RED_TEST = vitest(
    {"tests/cart.test.ts": (1, 1), "tests/session.test.ts": (2, 0)},
    failures=vitest_failure(
        "tests/cart.test.ts", "total > takes the coupon off", "AssertionError: expected 2000 to be 1800",
        "1800", "2000",
    ),
)  # fmt: skip

GAVE_UP = Script(
    id="demo-gave-up",
    name="Coupons that stack",
    task="Allow two coupons on one cart.",
    agent_version="2.1.14",
    model="claude-haiku-4-5",
    branch="feat/stacking",
    commit="41c7be02aa19",
    ago=timedelta(hours=5, minutes=33),
    items=[
        Prompt(text="Allow two coupons on one cart."),
        Turn(text="I will make the percentage a list.", calls=[Read("routes/cart.ts")]),
        Turn(calls=[
            Edit("routes/cart.ts", "  couponPercent: number;\n", "  coupons: number[];\n"),
            Edit("routes/cart.ts", "  return add(sum, -percentOf(sum, cart.couponPercent) as Cents);\n",
                 "  return cart.coupons.reduce((left, percent) => add(left, -percentOf(left, percent) as Cents), sum);\n"),
        ]),
        Turn(calls=[Shell(command="npm test", output=RED_TEST, exit=1, seconds=5.6)]),
        Turn(text="The test still gives `couponPercent`. I will put it back beside the list.", calls=[
            Edit("routes/cart.ts", "  coupons: number[];\n", "  couponPercent: number;\n  coupons: number[];\n"),
            Shell(command="npm test", output=RED_TEST, exit=1, seconds=5.4),
        ]),
        Turn(text="The same failure again.", calls=[
            Edit("routes/cart.ts", "return cart.coupons.reduce(", "return (cart.coupons ?? []).reduce("),
            Shell(command="npm test", output=RED_TEST, exit=1, seconds=5.5),
        ],
        retries=[Retry(status=429, error="Number of request tokens has exceeded your per-minute rate limit", wait=11.0)]),
        Turn(text="I could not make the old test pass: it sets `couponPercent`, which the new total no longer reads. "
             "Should the old field stay supported?"),
        End(status="failed", outcome="tests red"),
    ],
)  # fmt: skip

SCRIPTS = [INTERRUPTED, UNFINISHED, OVERLOADED, GAVE_UP]
