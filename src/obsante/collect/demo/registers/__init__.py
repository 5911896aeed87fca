"""Simulated registers and qualitative tables, one row per programme, project, signal and so on.

They are complete, not drawn in the frame, so that a larger frame does not make them longer. What
has an identifier keeps it from one edition to the next.
"""

from __future__ import annotations

from collections.abc import Callable

from obsante.collect.demo.registers.committees import committee_register
from obsante.collect.demo.registers.experts import expert_panel
from obsante.collect.demo.registers.follow_up import recommendation_follow_up
from obsante.collect.demo.registers.funding import funding_register
from obsante.collect.demo.registers.interviews import interview_passages
from obsante.collect.demo.registers.projects import project_register
from obsante.collect.demo.registers.training import training_catalogue
from obsante.collect.demo.registers.watch import signal_feed
from obsante.collect.demo.scene import Part, Scene

__all__ = ["REGISTERS"]

# Table -> its generator.
REGISTERS: dict[str, Callable[[Scene], Part]] = {
    "formations": training_catalogue,
    "innovations": project_register,
    "signaux": signal_feed,
    "avis_experts": expert_panel,
    "entretiens": interview_passages,
    "comites": committee_register,
    "financements": funding_register,
    "suivi_recommandations": recommendation_follow_up,
}
