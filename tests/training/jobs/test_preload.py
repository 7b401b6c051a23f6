import subprocess
import sys
from pathlib import Path

import pytest

from playground.training.jobs.processes import PRELOAD


@pytest.mark.process
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads as Linux shows them")
def test_the_preloaded_modules_start_no_thread():
    # Some libraries start a thread pool of their own when imported, which is harmless. The pool of OpenMP, started by
    # the first parallel operation, does not survive a fork.
    code = (
        "import importlib, os\n"
        "os.environ['OPENBLAS_NUM_THREADS'] = '1'\n"
        f"for name in {PRELOAD!r}: importlib.import_module(name)\n"
        "print(len(os.listdir('/proc/self/task')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "1"
