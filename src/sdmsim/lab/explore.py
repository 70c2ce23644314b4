"""Which combinations of factors are worth living, where there are too many to live all? A search for the front.

Optuna proposes (its tree-structured Parzen estimator for several outcomes: Ozaki et al. 2020, "Multiobjective
tree-structured Parzen estimator"), the laboratory lives, and what is lived stays in the store. Proposals come in
batches of one size, so they do not depend on the number of workers; the seed of the scenario decides them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from sdmsim.base import InputErrors, Problem

BATCH = 4
"""Combinations that are proposed before their outcomes are known."""
_PATIENCE = 20
"""Proposals for each try, most of them known already, before the rest is taken in the order of the file."""

Live = Callable[[Sequence[str]], Mapping[str, Sequence[float]]]
"""Lives arms; by arm the outcomes, more being better."""


def explore(
    factors: Mapping[str, Sequence[Any]],
    names: Sequence[str],
    *,
    first: str,
    tries: int,
    outcomes: int,
    seed: int,
    live: Live,
) -> list[str]:
    """The arms that were lived, `tries` of them, in their order.

    `names`: of every combination of the factors, the last factor varying fastest; `first`: an arm lived in any case.

    Raises:
        InputErrors: Optuna is not installed.
    """
    optuna = _optuna()
    places = list(product(*(range(len(values)) for values in factors.values())))
    name_at = dict(zip(places, names, strict=True))
    place_of = dict(zip(names, places, strict=True))
    tries = min(tries, len(names))
    sampler = optuna.samplers.TPESampler(seed=seed % 2**32, n_startup_trials=max(BATCH, tries // 3))
    study = optuna.create_study(directions=["maximize"] * outcomes, sampler=sampler)
    study.enqueue_trial(dict(zip(factors, place_of[first], strict=True)))
    known: dict[str, Sequence[float]] = {}
    for _ in range(_PATIENCE * tries):
        if len(known) >= tries:
            break
        trials = [study.ask() for _ in range(BATCH)]
        proposed = [name_at[tuple(_position(trial, *factor) for factor in factors.items())] for trial in trials]
        known |= live(list(islice(_new(proposed, known), tries - len(known))))
        for trial, name in zip(trials, proposed, strict=True):
            if name in known:
                study.tell(trial, list(known[name]))
            else:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
    known |= live(list(islice(_new(names, known), tries - len(known))))
    return [name for name in names if name in known]


def _new(names: Sequence[str], known: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in dict.fromkeys(names) if name not in known)


def _position(trial: Any, name: str, values: Sequence[Any]) -> int:
    """Which value of a factor a proposal has: numbers that go up are near each other, other values are not."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(values) and numbers == sorted(numbers):
        return int(trial.suggest_int(name, 0, len(values) - 1))
    return int(trial.suggest_categorical(name, list(range(len(values)))))


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        text = 'is searched with Optuna, which is not installed: pip install "sdmsim[search]"; or leave tries out'
        raise InputErrors([Problem("front.tries", 0, "", text)]) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
