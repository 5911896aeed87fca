"""Set-up, first half: find a Python of the locked range and let install.py build .venv with it.

Any Python can read this file, Python 2 included: that is how an old one gets to say that it is old.
"""

from __future__ import print_function

import os
import subprocess
import sys

OLDEST = (3, 11)
BEYOND = (3, 14)
NAMES = ("python3", "python3.13", "python3.12", "python3.11", "python")
HERE = os.path.dirname(os.path.abspath(__file__))
_ASK_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"
_MESSAGE = """\
Error: {looked_at}
  found:    {found}
  expected: Python {oldest} or newer, below {beyond} (the range of requirements.lock)
  to do:    install Python {newest}, then run the command again; if it is not on PATH,
            name it: PYTHON=/path/to/python3 make report"""


def suits(version):
    """Whether a version (tuple) lies in the range for which the packages are locked."""
    return OLDEST <= tuple(version[:2]) < BEYOND


def version_of(command):
    """Version of a Python command as a tuple, or None if it does not answer."""
    try:
        answer = subprocess.check_output([command, "-c", _ASK_VERSION], stderr=subprocess.STDOUT)
        return tuple(int(part) for part in answer.decode("ascii").strip().split("."))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def find(names=NAMES):
    """The first of ``names`` that suits (or None), and the versions of those that do not."""
    unsuited = []
    for name in names:
        version = version_of(name)
        if version is not None and suits(version):
            return name, unsuited
        if version is not None:
            unsuited.append("%s is %d.%d" % ((name,) + version))
    return None, unsuited


def refuse(looked_at, found):
    """Say which Python is needed; return the exit code."""
    text = _MESSAGE.format(
        looked_at=looked_at,
        found=found,
        oldest="%d.%d" % OLDEST,
        beyond="%d.%d" % BEYOND,
        newest="%d.%d" % (BEYOND[0], BEYOND[1] - 1),
    )
    print(text, file=sys.stderr)
    return 1


def main(version=sys.version_info, asked=os.environ.get("PYTHON"), names=NAMES):
    """Install with this Python if it suits, else with one of ``names``; return the exit code.

    A Python that the user asked for is taken or refused, never replaced.
    """
    if suits(version):
        import install

        return install.main(bool(asked))
    if asked:
        return refuse("PYTHON=" + asked, "Python %d.%d" % tuple(version[:2]))
    name, unsuited = find(names)
    if name is None:
        return refuse("Python commands on PATH", ", ".join(unsuited) or "none that answers")
    return subprocess.call([name, os.path.join(HERE, "bootstrap.py")])


if __name__ == "__main__":
    sys.path.insert(0, HERE)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
