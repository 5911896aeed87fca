"""What an audit would find in every facility of the frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from obsante.collect.demo.answers import Answers
from obsante.collect.demo.audits.settings import AuditSettings, Control
from obsante.collect.demo.draws import bell, choose, stream
from obsante.collect.demo.frame import SECTORS, Frame
from obsante.collect.demo.scene import Scene
from obsante.collect.demo.workers import passed

# Points of the codes non, partiel, oui.
POINTS = np.array([0.0, 0.5, 1.0])
_KEPT_INSIDE = "local"


@dataclass(frozen=True)
class Findings:
    """One element per facility: traits of its ``profile``, code (0 to 2) of each control.

    ``applies`` tells where each control has an object.
    """

    profile: dict[str, np.ndarray]
    found: dict[str, np.ndarray]
    applies: dict[str, np.ndarray]

    def score(self, controls: Iterable[str] | None = None) -> np.ndarray:
        """Points over the controls that apply, among ``controls`` (all by default), 0 to 100."""
        names = list(self.found if controls is None else controls)
        points = sum(POINTS[self.found[name]] * self.applies[name] for name in names)
        return 100.0 * points / sum(self.applies[name].astype(np.int64) for name in names)


def findings(scene: Scene, settings: AuditSettings) -> Findings:
    """The truth of each facility in one edition; noises last from one edition to the next."""
    world = scene.world
    frame, seed = world.frame, world.settings.seed
    years = scene.edition.edition - world.settings.reference_year
    culture = settings.culture
    common = culture.propensity * frame.rows["propensity"].to_numpy() + culture.yearly * years
    common += culture.noise * bell(stream(seed, "audit culture"), len(frame))
    profile = _profiles(scene, settings)
    found, applies = {}, {}
    for name, control in settings.controls.items():
        found[name] = _found(scene, settings, name, control, common)
        if control.at_most is not None:
            found[name] = np.minimum(found[name], found[control.at_most])
        everywhere = np.ones(len(frame), dtype=bool)
        applies[name] = profile[control.asked_if] if control.asked_if else everywhere
    return Findings(profile, found, applies)


def _profiles(scene: Scene, settings: AuditSettings) -> dict[str, np.ndarray]:
    frame, answers = scene.world.frame, scene.answers
    outside = _kept_outside(scene)
    traits = {}
    for name, profile in settings.profile.items():
        given = answers.reached[profile.answer] > 0
        given &= outside if profile.elsewhere else True
        luck = stream(scene.world.settings.seed, "audit profile", name).random(len(frame))
        traits[name] = given | (luck < profile.otherwise)
    return traits


def _kept_outside(scene: Scene) -> np.ndarray:
    places = list(scene.world.settings.choices["hebergement"].shares[SECTORS[0]])
    return scene.answers.chosen["hebergement"] != places.index(_KEPT_INSIDE)


def _found(
    scene: Scene, settings: AuditSettings, name: str, control: Control, common: np.ndarray
) -> np.ndarray:
    frame, seed = scene.world.frame, scene.world.settings.seed
    if control.answer is not None:
        return _verified(frame, scene.answers, settings, name, control.answer, seed)
    value = control.base + common + bell(stream(seed, "audit control", name), len(frame))
    value += frame.effect("type", control.type) + frame.effect("secteur", control.secteur)
    return passed(value, settings.cuts)


def _verified(
    frame: Frame, answers: Answers, settings: AuditSettings, name: str, answer: str, seed: int
) -> np.ndarray:
    """What is seen on the spot of what the facility answers: less, never more."""
    uniform = stream(seed, "audit control", name).random(len(frame))
    shares = np.array([settings.observed.denied, settings.observed.said])
    return choose(uniform, shares, (answers.reached[answer] > 0).astype(np.int8))
