"""How much a composite index owes to its conventions: one at a time, then all together.

A convention is a choice (normalisation, weights, aggregation, missing rule) that the data do not
dictate. ``choices`` lists the options of each; ``score`` turns one option of each into the scores:

    choices = {"poids": {"egaux": equal, "experts": budget}, "agregation": {...}}
    score(poids=equal, agregation=...) -> Series, one score per unit

Reference: Saisana, Saltelli & Tarantola, "Uncertainty and sensitivity analysis techniques as tools
for the quality assessment of composite indicators", *JRSS A* 168 (2005), 307-323.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sampling

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.composite.inputs import known_name, same_names, unique
from obsante.stats.composite.ranks import ranks

Choices = Mapping[str, Mapping[str, object]]
Score = Callable[..., pd.Series]


def one_at_a_time(score: Score, choices: Choices, baseline: Mapping[str, str]) -> pd.DataFrame:
    """Score and rank of every unit when one convention is changed, the others at the baseline.

    Args:
        score: from one option of each convention (keyword arguments) to the units' scores.
        choices: for each convention, its options by name; two or more.
        baseline: for each convention, the name of the published option.

    Returns:
        One row per option and unit, the baseline first (``convention`` and ``option``
        ``reference``): ``unite``, ``estimation``, ``rang``, ``ecart_rang`` (rank minus the
        baseline's: negative is a gain).

    Raises:
        DataError: a convention without baseline or with a single option, an unknown option, a
            unit whose score is missing, units that change with the option.

    >>> table = pd.DataFrame({"a": [3.0, 1.0], "b": [1.0, 2.0]}, index=["N", "S"])
    >>> moves = one_at_a_time(lambda use: table[use], {"use": {"A": "a", "B": "b"}}, {"use": "A"})
    >>> moves[["option", "unite", "rang", "ecart_rang"]].values.tolist()[2:]
    [['B', 'N', 2, 1], ['B', 'S', 1, -1]]
    """
    reference = _baseline_options(choices, baseline)
    full = _scores(score, choices, reference, None)
    blocks = [_block("reference", "reference", full, full)]
    for convention, options in choices.items():
        for option in options:
            if option != baseline[convention]:
                changed = _scores(score, choices, {**reference, convention: option}, full.index)
                blocks.append(_block(convention, option, changed, full))
    return pd.concat(blocks, ignore_index=True)


def sobol_rank_shift(
    score: Score,
    choices: Choices,
    baseline: Mapping[str, str],
    *,
    samples: int,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """Sobol indices of the mean rank shift with respect to the conventions.

    The output is the mean over units of |rank under the drawn options - baseline rank|, which
    needs no common scale of the scores; options are drawn independently with equal probability.

    Args:
        score, choices, baseline: as :func:`one_at_a_time`.
        samples, level, seed: as :func:`sobol_indices`.

    Returns:
        As :func:`sobol_indices`, one row per convention.

    Raises:
        DataError: as :func:`one_at_a_time` and :func:`sobol_indices`.
    """
    reference = _baseline_options(choices, baseline)
    full = _scores(score, choices, reference, None)
    before = ranks(full)

    def shift(options: Mapping[str, str]) -> float:
        after = ranks(_scores(score, choices, options, full.index))
        return float((after - before).abs().mean())

    return _sobol_of_options(shift, choices, samples, level, seed)


def sobol_indices(
    evaluate: Callable[[np.ndarray], np.ndarray],
    names: Sequence[str],
    *,
    samples: int,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """First-order and total Sobol indices of a function of independent uniform inputs (SALib).

    First order: share of the variance that goes if the input is fixed, V[E(Y|X)] / V(Y). Total:
    share that stays if all the others are fixed, E[V(Y|others)] / V(Y). Their gap is the input's
    part in interactions. Scrambled Sobol sequence, Saltelli's (2010) estimators; the intervals are
    a bootstrap of the sampling of inputs, not of the survey. An estimate can fall a little outside
    [0, 1].

    Args:
        evaluate: from an array (rows, inputs) of numbers in [0, 1[ to one output per row.
        names: of the inputs, two or more.
        samples: base sample, a power of 2; ``samples`` x (inputs + 2) rows are evaluated.
        level: of the intervals, in proportion.
        seed: of the sequence and of the bootstrap.

    Returns:
        One row per input: ``indice_premier``, ``premier_inf``, ``premier_sup``, ``indice_total``,
        ``total_inf``, ``total_sup``.

    Raises:
        DataError: samples not a power of 2, fewer than two inputs, an output that is constant or
            not finite.

    References: Saltelli et al., *Computer Physics Communications* 181 (2010), 259-270; Iwanaga,
    Usher & Herman, "Toward SALib 2.0", *SESMO* 4 (2022).

    >>> sobol_indices(lambda u: u[:, 0] + 2 * u[:, 1], ["a", "b"], samples=1024, level=0.95,
    ...               seed=1)["indice_total"].round(2).tolist()
    [0.2, 0.8]
    """
    checks.probability(level, "level")
    _check_design(samples, names)
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0, 1]] * len(names)}
    inputs = sobol_sampling.sample(problem, samples, calc_second_order=False, seed=seed)
    outputs = np.asarray(evaluate(inputs), dtype=float)
    _check_outputs(outputs, len(inputs), names)
    found = sobol_analysis.analyze(
        problem, outputs, calc_second_order=False, conf_level=level,
        # Given an integer, SALib takes seed 0 for no seed and draws from numpy's global state.
        seed=np.random.default_rng(seed),
    )  # fmt: skip
    return _index_table(found, names)


def _sobol_of_options(
    output: Callable[[Mapping[str, str]], float],
    choices: Choices,
    samples: int,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """Sobol indices where each input picks an option; a combination is evaluated once."""
    known: dict[tuple[str, ...], float] = {}

    def evaluate(inputs: np.ndarray) -> np.ndarray:
        results = []
        for row in inputs:
            picked = tuple(
                list(options)[min(int(u * len(options)), len(options) - 1)]
                for u, options in zip(row, choices.values(), strict=True)
            )
            if picked not in known:
                known[picked] = output(dict(zip(choices, picked, strict=True)))
            results.append(known[picked])
        return np.array(results)

    return sobol_indices(evaluate, list(choices), samples=samples, level=level, seed=seed)


def _scores(
    score: Score, choices: Choices, options: Mapping[str, str], units: pd.Index | None
) -> pd.Series:
    """Scores under one option of each convention, none missing, always of the same units."""
    found = score(**{name: choices[name][option] for name, option in options.items()})
    label = ", ".join(f"{name} = {option}" for name, option in options.items())
    missing = found.index[~np.isfinite(checks.vector(found, f"scores with {label}", len(found)))]
    if len(missing):
        raise DataError(
            f"score of '{missing[0]}' with {label}",
            found="missing or infinite",
            expected="a score for each unit under each combination of options",
            remedy="leave the unit out of the analysis, or lower the minimum share of weight",
        )
    if units is not None:
        same_names(list(found.index), list(units), f"score with {label}", "unit")
        found = found.reindex(units)
    return found


def _block(convention: str, option: str, after: pd.Series, before: pd.Series) -> pd.DataFrame:
    """Rows of :func:`one_at_a_time` for one option."""
    return pd.DataFrame(
        {"convention": convention, "option": option, "unite": after.index,
         "estimation": after.to_numpy(), "rang": ranks(after).to_numpy(),
         "ecart_rang": (ranks(after) - ranks(before)).to_numpy()}
    )  # fmt: skip


def _baseline_options(choices: Choices, baseline: Mapping[str, str]) -> dict[str, str]:
    """The baseline in the order of the choices, each option known."""
    _check_choices(choices)
    same_names(list(baseline), list(choices), "baseline option", "convention")
    for convention, options in choices.items():
        looked_at = f"baseline of '{convention}', '{baseline[convention]}'"
        known_name(baseline[convention], list(options), looked_at, "option")
    return {convention: baseline[convention] for convention in choices}


def _check_choices(choices: Choices) -> None:
    for convention, options in choices.items():
        if len(options) < 2:
            raise DataError(
                f"convention '{convention}'",
                found=f"{len(options)} option(s)",
                expected="at least 2",
                remedy="a convention without alternative is no choice: leave it out",
            )


def _index_table(found: Mapping[str, np.ndarray], names: Sequence[str]) -> pd.DataFrame:
    """SALib's answer, its half-widths turned into limits."""
    first, total = found["S1"], found["ST"]
    return pd.DataFrame(
        {"indice_premier": first, "premier_inf": first - found["S1_conf"],
         "premier_sup": first + found["S1_conf"], "indice_total": total,
         "total_inf": total - found["ST_conf"], "total_sup": total + found["ST_conf"]},
        index=pd.Index(names, name="convention"),
    )  # fmt: skip


def _check_outputs(outputs: np.ndarray, rows: int, names: Sequence[str]) -> None:
    if outputs.shape != (rows,):
        raise DataError(
            "output of the sensitivity analysis",
            found=f"shape {outputs.shape}",
            expected=f"one number for each of the {rows} rows",
            remedy="return the outputs of all the rows at once",
        )
    finite = bool(np.isfinite(outputs).all())
    if not finite or np.ptp(outputs) <= 1e-12 * np.abs(outputs).max():
        raise DataError(
            "output of the sensitivity analysis",
            found="a constant" if finite else "a missing or infinite value",
            expected="a finite output that changes with " + ", ".join(map(str, names)),
            remedy="if no convention changes it, say so: there is nothing to share out",
        )


def _check_design(samples: int, names: Sequence[str]) -> None:
    unique(names, "input")
    if samples not in {2**power for power in range(1, 31)}:
        raise DataError(
            "'samples'",
            found=f"{samples}",
            expected="a power of 2, such as 1024",
            remedy="a Sobol sequence keeps its balance at powers of 2 only",
        )
    if len(names) < 2:
        raise DataError(
            "inputs of the sensitivity analysis",
            found=f"{len(names)}",
            expected="at least 2",
            remedy="with a single convention, read one_at_a_time()",
        )
