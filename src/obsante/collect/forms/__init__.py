"""Questionnaires of the dictionary, as XLSForms for ODK Central, ODK Collect and KoboToolbox.

The wording, the codes, the bounds and the skips come from ``config/dictionary``; who is asked and
on which pages, from ``config/instruments``. What a form writes has the dictionary's columns and
codes, ``sans_objet`` included: a question whose answer the form completes is asked under the
column's name followed by ``_posee``, and the column itself is a calculation.

``output`` writes them, and needs pyxform and openpyxl; ``instrument`` reads what the book shows
too.
"""
