"""Child processes that start without delay: forked from a server process that has already imported torch.

Where the platform does not support that, a fresh interpreter is started.
"""

import multiprocessing
import sys
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, SpawnContext

PRELOAD = ["torch", "playground.training.jobs.preload"]


def process_context() -> ForkServerContext | SpawnContext:
    """How processes are started: forked from a server that has imported torch, or as fresh interpreters."""
    # Not on macOS: its system libraries do not survive a fork.
    if not sys.platform.startswith("linux"):
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    forkserver.ensure_running()
    return context
