"""Where the command `podium` begins: what goes wrong before the rest is imported is answered, too.

Python's own start is over by then. Whoever presses Ctrl-C within it is answered by Python.
"""

import os
import signal
import sys


def main() -> None:
    """Run a command and leave with its exit code; errors are one line on standard error."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
    try:
        from podium.machine import memory, shell

        shell.prepare(instead_of=_stop)
        if not {"--help", "--version"} & set(sys.argv):
            memory.require(memory.MIN_BYTES)
        from podium.cli.commands import main as run
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        sys.exit(_report_failure(error))
    run()


def _stop(*_: object) -> None:
    """Answer Ctrl-C until `shell` does."""
    try:
        os.write(2, b"podium: stopped: nothing half-written was left behind\n")
    finally:
        os._exit(130)


def _report_failure(error: Exception) -> int:
    """Say why not even the command line could be imported."""
    from podium.errors import RAN_OUT, Bug, TooLittleMemory
    from podium.machine import memory, shell

    if isinstance(error, TooLittleMemory):
        shell.complain(str(error))
        return error.exit_code
    # With hardly any memory Python's own imports fail without words, and limits cannot be asked.
    if memory.ran_out(error) or isinstance(error, SystemError):
        shell.complain(RAN_OUT)
        return TooLittleMemory.exit_code
    shell.complain(str(Bug.of(f"{type(error).__name__}: {error}")))
    return Bug.exit_code
