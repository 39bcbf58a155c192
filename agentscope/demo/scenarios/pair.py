"""One task tried twice under two system prompts: the tries begin alike, part at the first edit, end apart."""

from datetime import timedelta

from agentscope.demo.calls import Edit, Grep, Read, Shell, Write
from agentscope.demo.outputs import tsc, vitest, vitest_failure
from agentscope.demo.script import End, Item, Prompt, Script, Turn

BASE = "You are a coding agent. You work in a repository with tools, and answer when the work is done.\n"
TEST_FIRST = BASE + "Before you change code, write a test that fails because of the fault. Then make it pass."
STRAIGHT = BASE + "Be quick: make the smallest change that could work, then run the tests."

TASK = (
    "Stripe sends some webhook events twice, and the order is then marked as paid twice. "
    "Handle each event once, also when the service runs on several machines."
)
TEST = """import { describe, expect, it, vi } from "vitest";
import { once } from "../payments/once.js";

describe("once", () => {
  it("handles an event that comes twice once", async () => {
    const seen = new Set<string>();
    const redis = { set: async (key: string) => (seen.has(key) ? null : (seen.add(key), "OK")) };
    const pay = vi.fn();
    await once(redis, "evt_1", pay);
    await once(redis, "evt_1", pay);
    expect(pay).toHaveBeenCalledTimes(1);
  });

  it("hands an event out again when handling it failed", async () => {
    const seen = new Set<string>();
    const redis = {
      set: async (key: string) => (seen.has(key) ? null : (seen.add(key), "OK")),
      del: async (key: string) => Number(seen.delete(key)),
    };
    await expect(once(redis, "evt_2", () => Promise.reject(new Error("down")))).rejects.toThrow("down");
    const pay = vi.fn();
    await once(redis, "evt_2", pay);
    expect(pay).toHaveBeenCalledTimes(1);
  });
});
"""
ONCE = """import type { Redis } from "ioredis";

const DAYS_3 = 3 * 24 * 3600;

/** Run `act` for an event that no machine has handled; Stripe repeats events for up to three days. */
export async function once(redis: Pick<Redis, "set" | "del">, id: string, act: () => Promise<void>) {
  const key = `stripe:${id}`;
  if ((await redis.set(key, "1", "EX", DAYS_3, "NX")) === null) return;
  try {
    await act();
  } catch (error) {
    await redis.del(key);
    throw error;
  }
}
"""
PAID = (
    '    if (event.type === "payment_intent.succeeded") {\n'
    "      await res.locals.orders.markPaid(event.data.object.metadata.cartId);\n"
    "    }\n"
)
MISSING = vitest_failure(
    "tests/once.test.ts", "once > handles an event that comes twice once",
    "Error: Cannot find module '../payments/once.js'", "a module", "nothing",
)  # fmt: skip
TWICE = vitest_failure(
    "tests/checkout.test.ts", "webhooks > are handled once by two servers",
    "AssertionError: expected markPaid to be called 1 times, but got 2 times", "1", "2",
)  # fmt: skip


def suite(checkout: tuple[int, int], *, failures: str = "", seconds: float) -> str:
    """The suite, whose test of two servers came with the report of the fault."""
    files = {
        "tests/cart.test.ts": (2, 0),
        "tests/session.test.ts": (1, 0),
        "tests/checkout.test.ts": checkout,
    }
    return vitest(files, failures=failures, seconds=seconds)


def look(first: str, second: str) -> list[Item]:
    """How both tries begin: the same looks, in other words."""
    return [
        Prompt(text=TASK),
        Turn(text=first, calls=[Read("payments/webhooks.ts"), Grep("markPaid")]),
        Turn(text=second, calls=[Read("server.ts"), Read("config/default.ts")]),
        Turn(
            text="What do the tests say now?",
            calls=[
                Shell(
                    command="npm test", output=suite((1, 1), failures=TWICE, seconds=1.9), exit=1, seconds=5.7
                )
            ],
        ),
    ]


CAREFUL = Script(
    id="demo-pair-test-first",
    name="Webhook events are handled twice (test first)",
    task=TASK,
    agent_version="2.1.17",
    branch="fix/webhooks-once",
    commit="9b1f0c77de20",
    ago=timedelta(hours=4, minutes=40),
    system=TEST_FIRST,
    items=[
        *look("I will look at where the events come in.", "Where is Redis made, and how is it set up?"),
        Turn(
            text="Red, as reported. First a test of my own for the part that is missing: handle an event once.",
            thinking="Several machines: a Set in memory is no use. Redis SET NX EX. And a failed handler must give "
            "the event back, else a payment is lost.",
            calls=[
                Write("tests/once.test.ts", TEST),
                Shell(
                    command="npx vitest run tests/once.test.ts",
                    output=vitest({"tests/once.test.ts": (0, 2)}, failures=MISSING, seconds=0.6),
                    exit=1,
                    seconds=2.1,
                ),
            ],
        ),
        Turn(text="It fails because there is no such module. Now the module.", calls=[Write("payments/once.ts", ONCE)]),
        Turn(
            text="And the webhook goes through it.",
            calls=[
                Edit(
                    "payments/webhooks.ts",
                    'import { handle } from "../lib/http.js";\n',
                    'import { handle } from "../lib/http.js";\nimport { once } from "./once.js";\n',
                ),
                Edit(
                    "payments/webhooks.ts",
                    PAID,
                    '    if (event.type === "payment_intent.succeeded") {\n'
                    "      const { cartId } = event.data.object.metadata;\n"
                    "      await once(res.locals.redis, event.id, () => res.locals.orders.markPaid(cartId));\n"
                    "    }\n",
                ),
            ],
        ),
        Turn(
            calls=[
                Shell(command="npx vitest run tests/once.test.ts",
                      output=vitest({"tests/once.test.ts": (2, 0)}, seconds=0.5), seconds=2.0),
                Shell(command="npm test", output=suite((2, 0), seconds=2.1), seconds=5.9),
                Shell(command="npm run build", output=tsc(), seconds=4.8),
            ],
        ),
        Turn(text="Each event is handled once, on any number of machines: `payments/once.ts` claims its id in Redis for "
             "three days, and gives it back when handling failed. Two new tests; all 6 pass, and the build is clean."),
        End(outcome="tests green"),
    ],
)  # fmt: skip

QUICK = Script(
    id="demo-pair-straight",
    name="Webhook events are handled twice (straight)",
    task=TASK,
    agent_version="2.1.17",
    branch="fix/webhooks-quick",
    commit="9b1f0c77de20",
    ago=timedelta(hours=4, minutes=31),
    system=STRAIGHT,
    items=[
        *look("Let me see the webhook route.", "I need to know what the server holds between requests."),
        Turn(
            text="A set of the ids that were seen is the smallest change.",
            calls=[
                Edit(
                    "payments/webhooks.ts",
                    PAID,
                    '    if (event.type === "payment_intent.succeeded" && !seen.has(event.id)) {\n'
                    "      seen.add(event.id);\n"
                    "      await res.locals.orders.markPaid(event.data.object.metadata.cartId);\n"
                    "    }\n",
                ),
                Edit(
                    "payments/webhooks.ts",
                    "export const webhookRoutes = Router();\n",
                    "export const webhookRoutes = Router();\nconst seen = new Set<string>();\n",
                ),
            ],
        ),
        Turn(calls=[Shell(command="npm test", output=suite((1, 1), failures=TWICE, seconds=2.0), exit=1, seconds=6.0)]),
        Turn(
            text="Two servers have two sets. I will move the set onto the app.",
            calls=[
                Read("server.ts"),
                Edit("payments/webhooks.ts", "const seen = new Set<string>();\n",
                     "const seen: Set<string> = ((globalThis as any).seenEvents ??= new Set<string>());\n"),
            ],
        ),
        Turn(calls=[Shell(command="npm test", output=suite((1, 1), failures=TWICE, seconds=2.0), exit=1, seconds=6.1)]),
        Turn(calls=[Shell(command="npm run build", output=tsc(), seconds=4.9)]),
        Turn(text="Events that were seen are skipped now. The test with two servers still fails; in production one "
             "machine takes all webhooks, so this should be fine."),
        End(status="failed", outcome="tests red", error="npm test ended with exit code 1"),
    ],
)  # fmt: skip

SCRIPTS = [CAREFUL, QUICK]
