"""Execution of the notebooks by Papermill: plan, typed parameters, engine, saved copies."""

from obsante.run.execute import run_plan
from obsante.run.plan import Execution, catalogue, make_plan
from obsante.run.saved import save_outputs

__all__ = ["Execution", "catalogue", "make_plan", "run_plan", "save_outputs"]
