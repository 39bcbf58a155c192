"""The model's API fails twice in a row (429, then 529); the run waits and recovers."""

from datetime import timedelta

from agentscope.demo.calls import Edit, Grep, Other, Read, Shell, Write
from agentscope.demo.outputs import vitest
from agentscope.demo.script import End, Permission, Prompt, Retry, Script, Turn

TEST = """import { beforeEach, describe, expect, it, vi } from "vitest";
import { cents } from "../lib/money.js";

const create = vi.fn().mockResolvedValue({ id: "pi_1" });
vi.mock("stripe", () => ({ default: class { paymentIntents = { create }; refunds = {}; } }));
const { createIntent } = await import("../payments/intents.js");

beforeEach(() => create.mockClear());

describe("createIntent", () => {
  it("sends one idempotency key for one cart and amount", async () => {
    const request = { amount: cents(1999), cartId: "c1", userId: "u1" };
    await createIntent(request);
    await createIntent(request);
    const keys = create.mock.calls.map(([, options]) => options.idempotencyKey);
    expect(new Set(keys).size).toBe(1);
  });

  it("sends another key when the amount changed", async () => {
    await createIntent({ amount: cents(1999), cartId: "c1", userId: "u1" });
    await createIntent({ amount: cents(2999), cartId: "c1", userId: "u1" });
    const keys = create.mock.calls.map(([, options]) => options.idempotencyKey);
    expect(new Set(keys).size).toBe(2);
  });
});
"""

SCRIPT = Script(
    id="demo-retried",
    name="Idempotency keys for payment intents",
    task="Add idempotency keys to payment intents, so that a double click cannot charge twice.",
    agent_version="2.1.17",
    model="claude-opus-4-5",
    branch="feat/idempotency",
    commit="c0ffee12d4b7",
    ago=timedelta(hours=1, minutes=41),
    meta={"reported": {"cost_usd": 0.1627, "lines": {"added": 33, "removed": 1}, "commits": 1}},
    items=[
        Prompt(text="Add idempotency keys to payment intents, so that a double click cannot charge twice."),
        Turn(
            text="Let me see how intents are created and who calls that.",
            calls=[Read("payments/intents.ts"), Grep("createIntent|IntentRequest")],
        ),
        Turn(
            text="One caller. I will look up how Stripe scopes the key before I choose one.",
            calls=[
                Other(
                    name="WebFetch",
                    given={"url": "https://docs.stripe.com/api/idempotent_requests", "prompt": "How long are keys kept?"},
                    output="Keys are kept for at least 24 hours. The same key with other parameters is an error; "
                    "use a new key when the parameters change. Up to 255 characters.",
                    seconds=2.7,
                )
            ],
        ),
        Turn(
            text="The key is a digest of cart and amount: the same click gives the same key, a changed cart a new one.",
            thinking="A random key per request does not help with double clicks. cartId alone is wrong, because Stripe "
            "refuses the same key with another amount. cartId + amount + currency it is; hashed, to stay below 255.",
            retries=[
                Retry(status=429, error="This request would exceed the rate limit for your organization of "
                      "80,000 input tokens per minute.", wait=4.1),
                Retry(status=529, error="Overloaded", wait=8.6, took=1.2),
            ],
            calls=[
                Edit(
                    "payments/intents.ts",
                    'import Stripe from "stripe";\n',
                    'import { createHash } from "node:crypto";\nimport Stripe from "stripe";\n',
                ),
                Edit(
                    "payments/intents.ts",
                    "    metadata: { cartId: request.cartId, userId: request.userId },\n  });\n}\n",
                    "    metadata: { cartId: request.cartId, userId: request.userId },\n"
                    "  }, { idempotencyKey: keyOf(request) });\n}\n\n"
                    "/** The same for each try to pay this cart at this price. */\n"
                    "function keyOf({ cartId, amount }: IntentRequest): string {\n"
                    "  const parts = [cartId, amount, config.payments.currency];\n"
                    '  return createHash("sha256").update(parts.join(":")).digest("hex");\n}\n',
                ),
            ],
        ),
        Turn(
            text="And a test with a fake Stripe.",
            retries=[Retry(status=529, error="Overloaded", wait=1.2)],
            calls=[Write("tests/intents.test.ts", TEST)],
        ),
        Permission(tool="Bash", question="npm test", wait=7.4),
        Turn(
            calls=[
                Shell(
                    command="npm test",
                    output=vitest({
                        "tests/intents.test.ts": (2, 0), "tests/cart.test.ts": (2, 0),
                        "tests/session.test.ts": (2, 0), "tests/checkout.test.ts": (1, 0),
                    }),
                    seconds=6.2,
                )
            ],
        ),
        Turn(
            text="`createIntent` now sends an idempotency key made of cart, amount and currency. A double click "
            "reuses the first intent; a changed cart gets a new one. Two tests cover both. All 7 tests pass."
        ),
        End(outcome="tests green"),
    ],
)  # fmt: skip
