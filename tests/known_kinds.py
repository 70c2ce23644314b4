"""The kinds of strategies as an error lists them."""

from __future__ import annotations

from typing import get_args

from sdmsim.delivery import STRATEGIES

KINDS = ", ".join(sorted(get_args(strategy.model_fields["kind"].annotation)[0] for strategy in STRATEGIES))
