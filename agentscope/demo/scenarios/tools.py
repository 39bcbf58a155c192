"""Runs that use many tools: one of Claude Code, one of Codex, one of an editor with many deeds."""

import json
from datetime import timedelta

from agentscope.demo.calls import (
    CorrectedEdit,
    Edit,
    FormattedEdit,
    Glob,
    Grep,
    Other,
    Patch,
    Plan,
    Read,
    Shell,
    Write,
)
from agentscope.demo.dialects import CODEX, OWN_LOOP
from agentscope.demo.outputs import vitest
from agentscope.demo.pictures import bars
from agentscope.demo.script import Delegation, End, Final, Prompt, Script, Turn

ROOT = "/home/maya/src/checkout-service"
STEPS = (
    "Reproduce the 400 locally",
    "Parse the body as raw bytes on the webhook route",
    "Share one Stripe client",
    "Cover a signed and an unsigned call with tests",
)

ISSUE = {
    "id": "PAY-412",
    "title": "Stripe webhooks answer 400 in staging",
    "state": {"name": "In Progress", "type": "started"},
    "assignee": {"name": "Maya"},
    "labels": ["payments", "p1"],
    "description": "Since the upgrade to Express 5 **every** webhook fails:\n\n"
    "- `No webhook payload was provided`\n- orders stay unpaid\n\nProduction is still on Express 4.",
    "attachments": [{"title": "log", "url": "https://logs.example.com/q/8812", "size": 18213}],
}
EVENTS = [
    {
        "time": "09:12:04",
        "route": "/webhooks/stripe",
        "status": 400,
        "message": "No webhook payload was provided",
    },
    {
        "time": "09:12:36",
        "route": "/webhooks/stripe",
        "status": 400,
        "message": "No webhook payload was provided",
    },
    {
        "time": "09:14:02",
        "route": "/webhooks/stripe",
        "status": 400,
        "message": "No webhook payload was provided",
    },
    {"time": "09:15:47", "route": "/carts/81", "status": 404, "message": "no such cart"},
]
PLAN = """# Webhooks with raw bodies

1. **Reproduce**: sign a payload with the test secret and post it to a local server.
2. Put `raw({ type: "application/json" })` in front of the Stripe handler. Nothing else may parse that body.
3. Move the Stripe client to `payments/client.ts`; both users import it.
4. Tests: a signed call answers 204, an unsigned one 400.

Out of scope: replaying the webhooks that were lost. Stripe retries for three days.
"""
SEARCHED = (
    'Web search results for query: "express 5 stripe webhook No webhook payload was provided"\n\n'
    'Links: [{"title":"Webhook signature verification | Stripe","url":"https://docs.stripe.com/webhooks/signature"},'
    '{"title":"Migrating to Express 5","url":"https://expressjs.com/en/guide/migrating-5.html"},'
    '{"title":"Raw body in Express: constructEvent fails","url":"https://stackoverflow.com/questions/53899365"}]\n\n'
    "The signature is computed over the **raw** request body. In Express 5 `req.body` is `undefined` until a body "
    "parser has run, so `constructEvent` has nothing to verify.\n\n"
    "- Mount `express.raw` on the webhook route only.\n- Mount it before `express.json()`."
)
FETCHED = """# Verify webhook signatures

Stripe signs each event it sends to your endpoint, in the `Stripe-Signature` header.

> The library needs the **raw body** of the request. If a framework changes it in any way, verification fails.

```ts
app.post("/webhook", express.raw({ type: "application/json" }), (request, response) => {
  const event = stripe.webhooks.constructEvent(request.body, signature, secret);
});
```

| cause | message |
|---|---|
| no body parser ran | No webhook payload was provided |
| body was parsed as JSON | Payload was provided as a parsed JavaScript object |
"""
NOTEBOOK = (
    "import pandas as pd\n\nevents = pd.read_json('webhooks.jsonl', lines=True)\n"
    "failed = events[events.status == 400]\nfailed.groupby(failed.time.str[:2]).size().plot.bar()\n"
)
TEST = """import request from "supertest";
import { expect, test } from "vitest";
import { app } from "../server.js";
import { stripe } from "../payments/client.js";

const payload = JSON.stringify({ type: "payment_intent.succeeded", data: { object: { metadata: {} } } });
const secret = "whsec_test";

test("a signed webhook is taken", async () => {
  const signature = stripe.webhooks.generateTestHeaderString({ payload, secret });
  await request(app).post("/webhooks/stripe").set("stripe-signature", signature)
    .type("application/json").send(payload).expect(204);
});

test("an unsigned webhook is refused", async () => {
  await request(app).post("/webhooks/stripe").type("application/json").send(payload).expect(400);
});
"""
SURVEY = Delegation(
    kind="Explore",
    description="Find who parses request bodies",
    prompt="List every place in **checkout-service** that parses or reads a request body, with file and line. "
    "Say which of them would break if the body stayed raw.",
    turns=[
        Turn(text="", calls=[Grep("express\\.json|req\\.body"), Grep("Router\\(\\)")]),
        Turn(text="", calls=[Read("routes/checkout.ts"), Read("payments/webhooks.ts")]),
    ],
    answer="## Who reads bodies\n\n| file | reads |\n|---|---|\n| server.ts | `express.json()` for all routes after it |\n"
    "| routes/checkout.ts | `req.body.address` |\n| payments/webhooks.ts | `req.body`, for the signature |\n\n"
    "Only the webhook needs the raw bytes; it is mounted **before** the JSON parser already.",
    model="claude-haiku-4-5",
)


def blocks(*parts: dict[str, object]) -> str:
    """Write a result as the content blocks of MCP."""
    return json.dumps(parts)


WEBHOOKS = Script(
    id="demo-tools",
    name="Webhooks answer 400 in staging",
    task="Stripe webhooks answer 400 in staging (PAY-412). Find out why, agree on a plan with me, then fix it.",
    agent_version="2.1.42",
    model="claude-opus-4-6",
    branch="fix/pay-412",
    commit="5be0c1f7a911",
    ago=timedelta(minutes=52),
    params={"max_tokens": 32_000, "temperature": 1, "thinking": {"type": "enabled", "budget_tokens": 10_000}},
    items=[
        Prompt(text="Stripe webhooks answer 400 in staging (PAY-412). Find out why, agree on a plan with me, then fix it."),
        Turn(
            text="I will follow the incident checklist and read the issue first.",
            calls=[
                Other(name="Skill", given={"skill": "incident", "args": "PAY-412"},
                      output="Launching skill: incident\n\n1. Read the issue.\n2. Look at the events.\n3. Reproduce before you fix."),
                Other(name="mcp__linear__get_issue", given={"id": "PAY-412"},
                      output=blocks({"type": "text", "text": json.dumps(ISSUE)}), seconds=0.6),
            ],
        ),
        Turn(
            text="Now the errors themselves.",
            calls=[
                Other(name="mcp__sentry__search_events",
                      given={"project": "checkout", "filter": {"environment": "staging", "status": [400, 404]}, "limit": 50},
                      output=blocks({"type": "text", "text": json.dumps(EVENTS)}), seconds=1.1),
                Other(name="mcp__grafana__render_panel",
                      given={"dashboard": "webhooks", "panel": 4, "from": "now-6h"}, seconds=1.9,
                      output=blocks({"type": "text", "text": "Webhooks answered with 400 in 15 minutes"},
                                    {"type": "image", "mimeType": "image/png",
                                     "data": bars([2, 3, 1, 2, 0, 2, 48, 131, 162, 158, 149, 171, 166, 160])})),
            ],
        ),
        Turn(
            text="All since this morning, all on one route. Where is it?",
            calls=[
                Other(name="LS", given={"path": ROOT},
                      output=f"- {ROOT}/\n  - auth/\n    - middleware.ts\n    - session.ts\n    - tokens.ts\n  - config/\n"
                      "    - default.ts\n    - env.ts\n  - payments/\n    - intents.ts\n    - webhooks.ts\n  - package.json\n  - server.ts"),
                Glob("**/*.ts"),
                Grep("new Stripe\\(|webhookRoutes"),
                Other(name="Grep", given={"pattern": "Router\\(\\)", "output_mode": "count"},
                      output="payments/webhooks.ts:1\nroutes/cart.ts:1\nroutes/checkout.ts:1\nroutes/invoices.ts:1\nroutes/shipping.ts:1\n\n"
                      "Found 5 total occurrences across 5 files."),
                Read("payments/webhooks.ts", 8, 13),
            ],
        ),
        Turn(
            text="`constructEvent` gets `req.body`. Let me check what Express 5 puts there.",
            calls=[
                Other(name="WebSearch", given={"query": "express 5 stripe webhook No webhook payload was provided"},
                      output=SEARCHED, seconds=2.4),
                Other(name="WebFetch", given={"url": "https://docs.stripe.com/webhooks/signature",
                                              "prompt": "Why does signature verification fail, and what does the body have to be?"},
                      output=FETCHED, seconds=1.7),
                SURVEY,
            ],
        ),
        Turn(
            text="The cause is clear: nothing parses the body of the webhook route any more.",
            calls=[
                Other(name="AskUserQuestion", seconds=21.0,
                      given={"questions": [{"question": "How should the webhook get its raw body?", "header": "Raw body",
                             "multiSelect": False, "options": [
                                 {"label": "express.raw on the route", "description": "One line, only this route"},
                                 {"label": "verify hook of express.json", "description": "Keeps a copy of every body"},
                                 {"label": "A proxy in front", "description": "No change here"}]}]},
                      output='User has answered your questions: "How should the webhook get its raw body?"="express.raw on the route". '
                      "You can now continue with the user's answers in mind."),
                Other(name="ExitPlanMode", given={"plan": PLAN}, seconds=14.0,
                      output="User has approved your plan. You can now start coding."),
                Plan(STEPS, 0),
            ],
        ),
        Turn(
            text="Reproduce it: a server in the background, then a signed call.",
            calls=[
                Other(name="Bash", seconds=0.1,
                      given={"command": "NODE_ENV=development npm run dev", "description": "Start the server", "run_in_background": True},
                      output="Command running in background with ID: bash_1"),
                Other(name="BashOutput", given={"bash_id": "bash_1"}, seconds=2.0,
                      output="<status>running</status>\n\n<stdout>\n> checkout-service@4.12.0 dev\n> tsx watch server.ts\n\nlistening on 8080\n</stdout>"),
                Shell(command="curl -s -o /dev/null -w '%{http_code}' -X POST localhost:8080/webhooks/stripe \\\n"
                      "  -H \"stripe-signature: $(./scripts/sign.sh body.json)\" \\\n  -H 'content-type: application/json' -d @body.json",
                      output="400", seconds=0.3),
                Other(name="KillShell", given={"shell_id": "bash_1"},
                      output='{"message":"Successfully killed shell: bash_1 (npm run dev)","shell_id":"bash_1"}'),
            ],
        ),
        Turn(
            text="400, as in staging. Now the fix.",
            calls=[
                Plan(STEPS, 1),
                FormattedEdit(
                    "payments/webhooks.ts",
                    'webhookRoutes.post(\n  "/stripe",\n',
                    'webhookRoutes.post(\n  "/stripe",\n  raw({type: "application/json"}),\n',
                    formats=(('raw({type: "application/json"})', 'raw({ type: "application/json" })'),
                             ("const event = stripe.webhooks.constructEvent(req.body, signature, process.env.STRIPE_WEBHOOK ?? \"\");",
                              "const event = stripe.webhooks.constructEvent(\n      req.body,\n      signature,\n      process.env.STRIPE_WEBHOOK ?? \"\",\n    );")),
                ),
                CorrectedEdit("payments/webhooks.ts", 'import { Router } from "express";', 'import { Router, raw } from "express";',
                              instead='import { raw, Router } from "express"; // sorted'),
                Write("payments/client.ts", 'import Stripe from "stripe";\nimport { config } from "../config/default.js";\n'
                      'import { env } from "../config/env.js";\n\n/** The one client; everything that talks to Stripe uses it. */\n'
                      'export const stripe = new Stripe(env.STRIPE_KEY ?? "", { maxNetworkRetries: config.payments.retries });\n'),
            ],
        ),
        Turn(
            text="Both users import the client now.",
            calls=[
                Other(name="MultiEdit", given={"file_path": f"{ROOT}/payments/intents.ts", "edits": [
                    {"old_string": 'import { env } from "../config/env.js";\n', "new_string": ""},
                    {"old_string": 'const stripe = new Stripe(env.STRIPE_KEY ?? "", { maxNetworkRetries: config.payments.retries });\n\n', "new_string": ""},
                    {"old_string": 'import type { Cents }', "new_string": 'import { stripe } from "./client.js";\nimport type { Cents }'}]},
                    output="Applied 3 edits to payments/intents.ts"),
                Edit("payments/webhooks.ts", 'const stripe = new Stripe(env.STRIPE_KEY);', ""),
            ],
        ),
        Turn(
            text="That line reads differently; look before the next try.",
            calls=[
                Read("payments/webhooks.ts", 1, 10),
                Edit("payments/webhooks.ts", 'const stripe = new Stripe(env.STRIPE_KEY ?? "");\n', ""),
                Edit("payments/webhooks.ts", 'import Stripe from "stripe";\nimport { env } from "../config/env.js";\n',
                     'import { stripe } from "./client.js";\n'),
                Write("tests/webhooks.test.ts", TEST),
                Plan(STEPS, 3),
            ],
        ),
        Turn(
            text="Run it all, and note the numbers in the incident's notebook.",
            calls=[
                Shell(command="npm test", seconds=9.4,
                      output=vitest({"tests/webhooks.test.ts": (2, 0), "tests/cart.test.ts": (4, 0), "tests/session.test.ts": (2, 0)})),
                Other(name="NotebookEdit", given={"notebook_path": f"{ROOT}/incidents/PAY-412.ipynb", "cell_id": "cell-3",
                                                  "cell_type": "code", "edit_mode": "replace", "new_source": NOTEBOOK},
                      output="Updated cell cell-3"),
                Other(name="deploy_preview", given={"branch": "fix/pay-412", "wait": True}, seconds=12.0,
                      output=json.dumps({"url": "https://fix-pay-412.preview.example.com", "checks": [
                          {"name": "health", "ok": True, "ms": 212}, {"name": "webhook", "ok": True, "ms": 318}],
                          "build": {"image": "checkout:5be0c1f", "layers": 11, "cached": 9}})),
                Plan((*STEPS, "Ask for a review"), 4),
            ],
        ),
        Final(
            text="The webhooks failed because nothing parsed their body since Express 5: `constructEvent` had nothing to verify.\n\n"
            "- `payments/webhooks.ts` reads the **raw** body on that route only.\n- One Stripe client in `payments/client.ts`.\n"
            "- Tests for a signed and an unsigned call; all green.\n\nStripe will deliver what was lost by itself, for three days."
        ),
        End(outcome="tests green"),
    ],
)  # fmt: skip

CLIENT = Script(
    id="demo-patches",
    name="One Stripe client for all",
    task="Give payments one Stripe client and use it everywhere.",
    agent="codex",
    agent_version="0.142.4",
    model="gpt-5.2-codex",
    dialect=CODEX,
    branch="stripe-client",
    commit="77d01ce2a6b0",
    ago=timedelta(hours=2, minutes=11),
    params={"reasoning_effort": "high", "verbosity": "low"},
    items=[
        Prompt(text="Give payments one Stripe client and use it everywhere."),
        Turn(
            calls=[
                Plan(("Find the clients", "Move them to one file", "Build"), 0),
                Other(name="exec_command", given={"cmd": "rg -n 'new Stripe' payments", "workdir": ROOT},
                      output="Chunk ID: 19dc0a\nWall time: 0.0213 seconds\nProcess exited with code 0\nOriginal token count: 61\nOutput:\n"
                      'payments/intents.ts:6:const stripe = new Stripe(env.STRIPE_KEY ?? "", { maxNetworkRetries: config.payments.retries });\n'
                      'payments/webhooks.ts:7:const stripe = new Stripe(env.STRIPE_KEY ?? "");\n'),
            ]
        ),
        Turn(
            text="Two clients with different settings.",
            calls=[
                Patch(
                    adds=(("payments/client.ts", 'import Stripe from "stripe";\n\nexport const stripe = new Stripe(process.env.STRIPE_KEY ?? "");\n'),),
                    edits=(("payments/intents.ts", 'const stripe = new Stripe(env.STRIPE_KEY);\n', ""),
                           ("payments/webhooks.ts", 'const stripe = new Stripe(env.STRIPE_KEY ?? "");\n', 'import { stripe } from "./client.js";\n')),
                )
            ],
        ),
        Turn(
            text="The line in intents.ts has options. With them:",
            calls=[
                Patch(
                    adds=(("payments/client.ts", 'import Stripe from "stripe";\nimport { config } from "../config/default.js";\n\n'
                           'export const stripe = new Stripe(process.env.STRIPE_KEY ?? "", { maxNetworkRetries: config.payments.retries });\n'),),
                    edits=(("payments/intents.ts", 'const stripe = new Stripe(env.STRIPE_KEY ?? "", { maxNetworkRetries: config.payments.retries });\n',
                            'import { stripe } from "./client.js";\n'),
                           ("payments/webhooks.ts", 'const stripe = new Stripe(env.STRIPE_KEY ?? "");\n', 'import { stripe } from "./client.js";\n')),
                ),
                Other(name="exec_command", given={"cmd": "npm run build", "workdir": ROOT, "yield_time_ms": 1000},
                      output="Chunk ID: 2e8d3e\nWall time: 1.0005 seconds\nProcess running with session ID 72480\nOriginal token count: 24\nOutput:\n"
                      "> checkout-service@4.12.0 build\n> tsc -p tsconfig.json\n"),
                Other(name="write_stdin", given={"session_id": 72480, "chars": "", "yield_time_ms": 30000}, seconds=5.1,
                      output="Chunk ID: 86f177\nWall time: 5.0931 seconds\nProcess exited with code 0\nOriginal token count: 0\nOutput:\n"),
                Plan(("Find the clients", "Move them to one file", "Build"), 3),
            ],
        ),
        Final(text="One client in `payments/client.ts`; both files import it. The build passes."),
        End(outcome="build green"),
    ],
)  # fmt: skip

EDITOR = Script(
    id="demo-editor",
    name="Round coupons to whole cents",
    task="percentOf in lib/money.ts truncates: round half up instead.",
    agent="swe-agent",
    agent_version="1.1.0",
    model="claude-sonnet-4-5",
    dialect=OWN_LOOP,
    home="",
    commit="c0ffee120a77",
    ago=timedelta(hours=5, minutes=40),
    params={"temperature": 0.0, "top_p": 0.95, "max_tokens": 4_096},
    items=[
        Prompt(text="percentOf in lib/money.ts truncates: round half up instead."),
        Turn(
            text="Let me look.",
            calls=[
                Other(name="str_replace_editor", given={"command": "view", "path": "/checkout-service/lib/money.ts", "view_range": [16, 22]},
                      output="Here's the result of running `cat -n` on /checkout-service/lib/money.ts:\n    16\t\n    17\t/** What `percent` of an amount is, in cents. */\n"
                      "    18\texport function percentOf(amount: Cents, percent: number): Cents {\n    19\t  return cents((amount * percent) / 100);\n    20\t}\n"),
            ],
        ),
        Turn(
            text="A script that shows it, then the fix.",
            calls=[
                Other(name="str_replace_editor", given={"command": "create", "path": "/checkout-service/reproduce.ts",
                      "file_text": 'import { cents, percentOf } from "./lib/money.js";\n\nconsole.log(percentOf(cents(999), 15)); // 149.85\n'},
                      output="File created successfully at: /checkout-service/reproduce.ts"),
                Shell(command="cd /checkout-service && npx tsx reproduce.ts", output="149\n", seconds=1.2),
                Other(name="str_replace_editor", given={"command": "insert", "path": "/checkout-service/lib/money.ts", "insert_line": 6,
                      "new_str": "\nexport function rounded(value: number): Cents {\n  return Math.round(value) as Cents;\n}\n"},
                      output="The file /checkout-service/lib/money.ts has been edited."),
                Other(name="str_replace_editor", given={"command": "undo_edit", "path": "/checkout-service/lib/money.ts"},
                      output="Last edit to /checkout-service/lib/money.ts undone successfully."),
                Edit("lib/money.ts", "return cents((amount * percent) / 100);", "return Math.round((amount * percent) / 100) as Cents;"),
                Shell(command="npx tsx reproduce.ts", output="150\n", seconds=1.2),
            ],
        ),
        Final(text="`percentOf` rounds half up now: 15 % of 9.99 is 1.50."),
        End(outcome="resolved"),
    ],
)  # fmt: skip

SCRIPTS = [WEBHOOKS, CLIENT, EDITOR]
