"""The live page of runs at a real port, answered by a thread of the test's own process."""

import threading
from contextlib import contextmanager
from types import SimpleNamespace

from landsweep.serving import addresses
from landsweep.serving.application import application
from landsweep.serving.server import answering
from landsweep.serving.watch import Watched


@contextmanager
def served(*runs, prefix=""):
    """Yield the address of a page that shows runs."""
    made, token = addresses.listening("127.0.0.1", 0), "a-secret-that-nobody-guesses"
    flag = SimpleNamespace(requested=False)
    shown = application([Watched(run) for run in runs], token, prefix)
    thread = threading.Thread(target=answering, args=(shown, made, flag))
    thread.start()
    try:
        yield addresses.address_of(made, "127.0.0.1", prefix, token)
    finally:
        flag.requested = True
        thread.join()
