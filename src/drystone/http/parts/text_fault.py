"""What is wrong with the text of a parameter, before anybody says which one it is."""

from __future__ import annotations


class TextFault(Exception):
    """A text that does not say what was expected.

    Attributes:
        code: one of `errors.VIOLATION_CODES`.
        phrase: reads on after the name of what was to have the value.
    """

    def __init__(self, code: str, phrase: str) -> None:
        super().__init__(phrase)
        self.code = code
        self.phrase = phrase
