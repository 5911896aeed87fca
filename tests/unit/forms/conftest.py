"""A dictionary of a few columns and its questionnaire, small enough to be worked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from obsante.collect.forms.instrument import Common, Instrument, load_common
from obsante.collect.forms.plan import Plan, make_plan
from obsante.collect.table_schema import Table
from obsante.edition import Edition, load_edition
from obsante.paths import Project, find_project

TABLE = """\
name: centres
title: Centres
description: Une ligne par centre
scope: campaign
file: centres.csv
fields:
  - {name: id, type: string, title: Identifiant, constraints: {pattern: '^C[0-9]$', required: true}}
  - {name: edition, type: integer, title: Édition}
  - {name: effectif, type: integer, title: Effectif, constraints: {minimum: 1}}
  - name: repondant
    type: string
    title: Répondant
    categories: [{value: oui, label: Oui}, {value: non, label: Non}]
  - name: dme
    type: string
    title: Dossier
    categories: &oui_non_nsp
      - {value: oui, label: Oui, ar: نعم}
      - {value: non, label: Non, ar: لا}
      - {value: nsp, label: Ne sait pas, ar: لا أعرف}
    question: {group: dossiers, fr: Un dossier, ar: ملف}
  - name: stade
    type: integer
    title: Stade
    categories:
      - {value: 0, label: Aucun, ar: لا شيء}
      - {value: 1, label: Notes, ar: ملاحظات}
      - {value: 2, label: Complet, ar: كامل}
    question: {group: dossiers, fr: Quel stade, ar: أي مستوى, asked_if: "dme == 'oui'"}
  - name: lieu
    type: string
    title: Lieu
    categories:
      - {value: ici, label: Ici, ar: هنا}
      - {value: ailleurs, label: Ailleurs, ar: في مكان آخر}
      - {value: sans_objet, label: Sans objet, ar: لا ينطبق}
    question: {group: dossiers, fr: Quel lieu, ar: أي مكان, asked_if: "dme != 'non'"}
  - name: etp
    type: number
    title: Équivalents temps plein
    constraints: {minimum: 0, maximum: 2500}
    question:
      {group: moyens, fr: Combien, ar: كم, hint_fr: Deux mi-temps font un, hint_ar: نصفان واحد}
  - name: note
    type: string
    title: Note
    question: {group: moyens, fr: Une remarque, ar: ملاحظة}
    identifier: {kind: texte_libre, treatment: drop}
  - name: visite
    type: date
    title: Visite
    constraints: {minimum: 2025-02-01, required: true}
    question: {group: moyens, fr: Quel jour, ar: أي يوم}
  - {name: poids, type: number, title: Poids}
primaryKey: [id]
rules:
  - name: dme_et_stade
    message: Le stade est 0 sans dossier
    columns: [dme, stade]
    holds: "(dme == 'oui') == (stade > 0)"
  - name: dme_et_lieu
    message: Le lieu est sans objet sans dossier
    columns: [dme, lieu]
    holds: "(dme == 'non') == (lieu == 'sans_objet')"
  - name: etp_et_effectif
    message: Pas plus d'équivalents que de personnes
    columns: [etp, effectif]
    holds: "etp <= effectif"
  - name: poids_et_effectif
    message: Un poids est un effectif
    columns: [poids, effectif]
    holds: "poids <= effectif"
  - name: effectif_seul
    message: Un effectif est positif
    columns: [effectif]
    holds: "effectif > 0"
  - name: note_voulue
    message: Sans équivalents, une remarque
    columns: [etp]
    holds: "etp > 0 or visite.notna()"
"""
INSTRUMENT = """\
name: centre
table: centres
title: {fr: Centre, ar: مركز}
version: 2025-03-01
purpose: {fr: Pour savoir, ar: من أجل المعرفة}
kept: {fr: Tout est gardé, ar: يحفظ كل شيء}
consent: {fr: D'accord, ar: هل توافقون}
answered: repondant
entered: [{column: id, fr: Identifiant, ar: معرّف}]
sample: {file: base, key: id, columns: [effectif]}
after: [poids]
implied: [{column: stade, value: 0, when: "dme == 'non'"}]
groups:
  - {name: dossiers, title: {fr: Dossiers, ar: ملفات}}
  - {name: moyens, title: {fr: Moyens, ar: وسائل}, stem: {fr: À ce jour, ar: حاليًا}}
"""


class Tiny:
    """The dictionary and the instrument, and short ways to change them."""

    @staticmethod
    def table(**changes: object) -> Table:
        """The table, top-level keys changed."""
        return Table.model_validate(yaml.safe_load(TABLE) | changes)

    @staticmethod
    def instrument(**changes: object) -> Instrument:
        """The instrument, top-level keys changed."""
        return Instrument.model_validate(yaml.safe_load(INSTRUMENT) | changes)

    @staticmethod
    def columns(**changes: dict) -> Table:
        """The table, keys of some columns changed; a new name adds a column at the end."""
        content = yaml.safe_load(TABLE)
        fields = [field | changes.pop(field["name"], {}) for field in content["fields"]]
        fields += [{"name": name, **keys} for name, keys in changes.items()]
        return Table.model_validate(content | {"fields": fields})

    def plan(self, **changes: object) -> Plan:
        """The plan of the instrument, top-level keys of it changed."""
        return make_plan(self.instrument(**changes), self.table())


@pytest.fixture(scope="session")
def tiny() -> Tiny:
    return Tiny()


@pytest.fixture(scope="session")
def checkout() -> Project:
    return find_project(Path(__file__))


@pytest.fixture(scope="session")
def common(checkout) -> Common:
    return load_common(checkout)


@pytest.fixture(scope="session")
def edition(checkout) -> Edition:
    return load_edition(checkout, 2025)
