"""Monthly panels and register of telemedicine and of the electronic record, with true effects.

Each month has random streams of its own, so that a longer panel repeats a shorter one, and the
panels of all editions are parts of the same one.
"""
