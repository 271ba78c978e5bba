"""What every part of the advice report needs: the result, its width, and how names and shares are shown."""

from dataclasses import dataclass
from functools import cached_property

from losscli.report.names import display_names
from losscli.result import Advice, CheckRow


@dataclass(frozen=True)
class AdviceScreen:
    """What was found, and the terminal's width (None in a pipe)."""

    advice: Advice
    width: int | None

    @property
    def all(self) -> bool:
        """Whether everything is asked for: there is no shorter form."""
        return False

    def clip(self, text: str, limit: int) -> str:
        """Visible text; on a terminal in at most `limit` cells."""
        return next(iter(display_names([text], None if self.width is None else limit).values()))

    @cached_property
    def best(self) -> CheckRow | None:
        """The loss that the verdict speaks of."""
        check = self.advice.check
        return next((row for row in check.losses if row.spec == check.best), None)

    @property
    def confidence(self) -> str:
        """`95 %`"""
        return f"{100 * self.advice.confidence:g} %"
