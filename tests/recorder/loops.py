"""A loop that records itself: `loops.py FILE N [SECONDS]` prints one line for each call done."""

import sys
import time

from agentscope_recorder import Recorder


def main() -> None:
    run = Recorder(sys.argv[1], agent="loop", task="Count")
    pause = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    print("begun", flush=True)
    for n in range(int(sys.argv[2])):
        step = run.tool_call("count", {"n": n}, id=f"t{n}")
        run.tool_result(step, f"{n} " * 50)
        print(n, flush=True)
        time.sleep(pause)
    run.final("counted")
    run.end()


if __name__ == "__main__":
    main()
