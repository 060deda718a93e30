"""How commands end: exit statuses, errors as sentences, output whose reader is gone, the other ranks of a job."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

import typer
from landsweep.base import pipes
from landsweep.base.errors import Exit, Stopped, TooManyFailures, UserError
from landsweep.base.launch import detect

if TYPE_CHECKING:
    from collections.abc import Callable

    from landsweep.base.events import Event, Subscriber
    from landsweep.base.stop import StopFlag
    from landsweep.executors.executor import Executor


def heard(tell: Subscriber, stop: StopFlag | None) -> Subscriber:
    """Return a subscriber that stops the run, as HUP does, once nobody reads the progress; without a flag it raises."""

    def told(event: Event) -> None:
        try:
            tell(event)
        except (Exception, SystemExit) as error:  # Rich, where it cannot silence itself, raises others
            if not pipes.is_of_reader(error):
                raise
            if stop is None:
                raise BrokenPipeError from error
            pipes.silence()
            stop.request()

    return told


def _describe(error: BaseException) -> tuple[str, int]:
    """Return what to print of an error, and the exit status."""
    if pipes.is_of_reader(error):
        return "", pipes.STATUS
    if isinstance(error, UserError):
        return f"landsweep: {error}", Exit.BAD_INPUT
    if isinstance(error, TooManyFailures):
        return f"landsweep: {error}", Exit.FAILED
    if isinstance(error, Stopped):
        return (
            "landsweep: stopped at once; finished units are kept, run the same command again to go on.",
            Exit.STOPPED,
        )
    return "".join(traceback.format_exception(error)).rstrip(), Exit.FAILED


def abort(executor: Executor, error: BaseException) -> NoReturn:
    """End this process, or every rank where only this one knows of the error."""
    text, status = _describe(error)
    pipes.silence()  # the other ranks must end although nobody reads why
    collective = isinstance(error, UserError) and getattr(error, "collective", False)
    if text and (executor.is_root or not collective):
        print(("" if collective else executor.label) + text, file=sys.stderr, flush=True)
    executor.abort(int(status), collective)
    raise typer.Exit(int(status))


def ended(app: Callable[[], object]) -> NoReturn:
    """Call the command line, and end with its exit status; a mistake of the user is one sentence."""
    try:
        status = _status(app)
        if not pipes.flushed():
            status = pipes.STATUS
    except BaseException as error:
        if not pipes.is_of_reader(error):
            raise
        pipes.silence()
        status = pipes.STATUS
    sys.exit(status)


def _status(app: Callable[[], object]) -> int:
    try:
        app()
    except UserError as error:
        alone = any(word.endswith("serial") for word in sys.argv)  # --executor serial: each rank is a run of its own
        if detect().rank == 0 or alone:  # every rank reads the same study and finds the same mistake
            print(f"landsweep: {error}", file=sys.stderr)
        return int(Exit.BAD_INPUT)
    except PermissionError as error:  # of a run that belongs to somebody else
        print(
            f"landsweep: {error.filename or error} may not be read or written by you: expected a file that may, change "
            "its permissions, or use a copy.",
            file=sys.stderr,
        )
        return int(Exit.BAD_INPUT)
    except Stopped as stopped:
        if detect().rank == 0:
            print(_describe(stopped)[0], file=sys.stderr)
        return int(Exit.STOPPED)
    except SystemExit as end:
        if end.code and pipes.is_of_reader(end):
            raise
        if isinstance(end.code, str):  # Python prints it
            raise
        return end.code or int(Exit.DONE)
    return int(Exit.DONE)
