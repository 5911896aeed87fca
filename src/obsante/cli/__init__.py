"""Command line: the only room that talks to the user."""
