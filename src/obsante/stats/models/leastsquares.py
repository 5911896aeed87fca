"""Linear algebra of a weighted regression: columns that repeat others, influence of each row."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from obsante.errors import NotEstimable

# Share of a column's length that the other columns leave unexplained, under which it adds nothing.
_RANK = 1e-9


def refuse_collinear(
    x: np.ndarray, weights: np.ndarray, names: tuple[str, ...], where: str = ""
) -> None:
    """Raise a DataError that names the first column which those before it determine.

    Args:
        x: (m, k) design matrix.
        weights: (m,) positive weights of the rows.
        names: the k columns.
        where: the rows, for the message.
    """
    scaled = x * np.sqrt(weights)[:, None]
    length = np.linalg.norm(scaled, axis=0)
    scaled = scaled / np.where(length > 0, length, 1.0)
    for column in range(len(names)):
        before = scaled[:, :column]
        slopes = np.linalg.lstsq(before, scaled[:, column], rcond=None)[0]
        left = np.linalg.norm(scaled[:, column] - before @ slopes)
        if left <= _RANK:
            others = [name for name, b in zip(names, slopes, strict=False) if abs(b) > 1e-6]
            raise NotEstimable(
                f"term '{names[column]}'{where}",
                reason="collinear",
                found=f"it is determined by {', '.join(others) or 'nothing: all its values are 0'}",
                expected="terms that each bring something of their own",
                remedy="take one of them out of the model, or merge levels",
            )


def influence(x: np.ndarray, score: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    """Weight times influence of each row on the coefficients, A^-1 x_i score_i: (m, k).

    Args:
        x: (m, k), of full rank.
        score: (m,), weight times residual.
        curvature: (m,), positive, such that A = sum_i curvature_i x_i x_i'.
    """
    # A^-1 from a triangular factor: forming A would square its condition number.
    factor = np.linalg.qr(x * np.sqrt(curvature)[:, None], mode="r")
    inverse = solve_triangular(factor, np.eye(x.shape[1]))
    return (x * score[:, None]) @ (inverse @ inverse.T)


def weighted_fit(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted least squares: coefficients (k,), and weight times influence of each row (m, k)."""
    root = np.sqrt(weights)
    q, r = np.linalg.qr(x * root[:, None])
    b = solve_triangular(r, q.T @ (y * root))
    return b, influence(x, weights * (y - x @ b), weights)
