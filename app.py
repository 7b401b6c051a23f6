"""The page: `python app.py` opens it, and a Hugging Face Space looks for `demo` here.

Child processes import this file again, as `__mp_main__`. They need nothing from it, so the slow imports are not at the
top.
"""

import argparse
import os
import sys


def _flags() -> argparse.Namespace:
    on_space = "SPACE_ID" in os.environ
    parser = argparse.ArgumentParser(description="Train a small GPT, and see how it chooses its next word.")
    parser.add_argument("--checkpoints", default="checkpoints", help="folder of the runs")
    parser.add_argument("--host", default="0.0.0.0" if on_space else "127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, help="port; by default the first free one from 7860")
    parser.add_argument("--max-jobs", type=int, default=1, help="number of trainings at a time; more wait in a queue")
    parser.add_argument("--public", action="store_true", default=on_space, help="apply the limits for a public server")
    parser.add_argument("--no-recorded-run", action="store_true", help="leave an empty folder of runs empty")
    return parser.parse_args() if __name__ == "__main__" else parser.parse_args([])


if __name__ != "__mp_main__":
    from playground.errors import PlaygroundError
    from playground.ui.build import build, launch
    from playground.ui.context import Context, Limits

    flags = _flags()
    limits = Limits.public() if flags.public else Limits()
    recorded = not flags.no_recorded_run
    context = Context.open(flags.checkpoints, max_jobs=flags.max_jobs, limits=limits, recorded_run=recorded)
    demo = build(context)

if __name__ == "__main__":
    try:
        launch(demo, context, host=flags.host, port=flags.port)
    except PlaygroundError as error:
        sys.exit(f"Error: {error}")
