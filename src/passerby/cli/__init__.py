"""The command line: `passerby redact | inspect | verify | doctor | models`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from passerby.cli.app import passerby
from passerby.cli.console import complain, print_json, say
from passerby.errors import Exit, OutputUnwritable, PasserbyError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; whatever goes wrong is one clear line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    before = _on_terminate()
    try:
        # Not `passerby.main`: that has exit codes of its own for Ctrl-C and for broken pipes.
        with passerby.make_context("passerby", given) as context:
            return int(passerby.invoke(context) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):
        return _stopped(given)
    except OSError as error:
        # Whatever reads and writes files translates its errors; stdout's have no file name.
        return _failed(error, given) if error.filename is not None else _lost_stdout(error)
    except Exception as error:
        return _failed(error, given)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _lost_stdout(error: OSError) -> int:
    """Tell that stdout cannot be written, unless whoever read it has gone."""
    if not isinstance(error, BrokenPipeError):
        why = error.strerror or type(error).__name__
        complain("stdout", OutputUnwritable(f"stdout cannot be written: {why}"))
    if sys.stdout is not None:
        # Python would try to write what is left, and complain, on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(OutputUnwritable.exit)


def _failed(error: Exception, given: list[str]) -> int:
    """Tell an error and return its exit code. Raises it again while debugging a bug."""
    from passerby.work import foreseen

    known = _known(error) or foreseen(error)
    complain(known.code, known)
    if "--json" in given:
        from passerby.report.json import error_document

        print_json(error_document(known), to_stderr="-" in given)
    return int(known.exit)


def _known(error: Exception) -> PasserbyError | None:
    """Return an error of the command line as one of our own; None for any other."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return UsageError("this needs arguments", f"See `{error.ctx.command_path} --help`.")
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "passerby"
        return UsageError(error.format_message().rstrip("."), f"See `{path} --help`.")
    if isinstance(error, click.ClickException):
        return UsageError(error.format_message().rstrip("."))
    return None


def _stopped(given: list[str]) -> int:
    recorded = bool({"request", "consent"} & set(given[:1]))
    kept = "what was confirmed is on record" if recorded else "what is published is complete"
    say(f"passerby: interrupted: {kept}; run the same command to go on.")
    return int(Exit.INTERRUPTED)


def _on_terminate() -> signal._HANDLER | None:
    """Let SIGTERM end a run as Ctrl-C does; return the handler that was there."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the interface
        raise KeyboardInterrupt

    try:
        return signal.signal(signal.SIGTERM, stop)
    except ValueError:
        # Not the main thread: somebody else looks after signals.
        return None
