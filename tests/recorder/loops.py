"""A loop that records itself, run as a program: `loops.py FILE N` prints one line for each call done."""

import sys

from agentscope_recorder import Recorder


def main() -> None:
    run = Recorder(sys.argv[1], agent="loop", task="Count")
    print("begun", flush=True)
    for n in range(int(sys.argv[2])):
        step = run.tool_call("count", {"n": n}, id=f"t{n}")
        run.tool_result(step, f"{n} " * 50)
        print(n, flush=True)
    run.final("counted")
    run.end()


if __name__ == "__main__":
    main()
