"""Command line: the only room that talks to the user."""

INTERRUPTED = 130
INTERRUPTION = "Interrupted. The last good results and report are unchanged."
