"""What every part of the advice report needs."""

from functools import cached_property

from losscli.report.screen import Screen
from losscli.result import Advice, CheckRow


class AdviceScreen(Screen[Advice]):
    """Advice on losses."""

    @cached_property
    def best(self) -> CheckRow | None:
        """The loss that the verdict speaks of."""
        check = self.found.check
        return next((row for row in check.losses if row.spec == check.best), None)
