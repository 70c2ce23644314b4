"""OR-Tools CP-SAT as the timetable uses it: one worker, a fixed seed, a deterministic limit.

The same model gives the same solution on the same version of OR-Tools, however busy the machine is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpSolver


class Model:
    """A CP-SAT model with the few calls that grouping and placing need.

    `effort` is the limit in the solver's own deterministic seconds.
    """

    def __init__(self, effort: float) -> None:
        from ortools.sat.python import cp_model

        self._cp = cp_model
        self._model = cp_model.CpModel()
        self._effort = effort
        self._solver: CpSolver | None = None
        self._impossible = False

    def boolean(self) -> Any:
        """A 0-1 variable."""
        return self._model.new_bool_var("")

    def integer(self, low: int, high: int) -> Any:
        """An integer variable, both ends included."""
        return self._model.new_int_var(low, high, "")

    def add(self, rule: Any) -> None:
        """A linear constraint; one that holds or fails without any variable is allowed."""
        if rule is True:
            return
        if rule is False:
            self._model.add_bool_or([])
            return
        self._model.add(rule)

    def at_most_one(self, literals: list[Any]) -> None:
        """At most one of the 0-1 variables."""
        self._model.add_at_most_one(literals)

    def minimise(self, cost: Any) -> None:
        """The objective."""
        self._model.minimize(cost)

    def maximise(self, gain: Any) -> None:
        """The objective."""
        self._model.maximize(gain)

    def hint(self, variable: Any, value: int) -> None:
        """A value to try first."""
        self._model.add_hint(variable, value)

    def solve(self) -> bool:
        """Whether a solution was found within the effort."""
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.linearization_level = 2  # a knapsack of meetings: milliseconds, else minutes
        solver.parameters.max_deterministic_time = self._effort
        solver.parameters.catch_sigint_signal = False  # it would leave Ctrl-C deadly for the rest of the process
        status = solver.solve(self._model)
        self._solver = solver
        self._impossible = status == self._cp.INFEASIBLE
        return status in (self._cp.OPTIMAL, self._cp.FEASIBLE)

    def solve_or_refute(self) -> bool:
        """Whether there is a solution: the effort grows until one is found or none can be."""
        while not self.solve():
            if self._impossible:
                return False
            self._effort *= 4
        return True

    def solve_feasible(self) -> None:
        """Solve a model that is known to have solutions: the effort grows until one is found."""
        assert self.solve_or_refute(), "the model has no solution"

    def value(self, variable: Any) -> int:
        """A variable's value in the solution."""
        assert self._solver is not None
        return int(self._solver.value(variable))

    def reached(self) -> int:
        """The objective of the solution."""
        assert self._solver is not None
        return round(self._solver.objective_value)

    def bound(self) -> int:
        """The proven bound of the objective."""
        assert self._solver is not None
        return round(self._solver.best_objective_bound)
