"""The text of a regular expression with the place up to which Java has read it."""

from __future__ import annotations

_SPACE = frozenset(" \t\n\v\f\r")
_LINE_ENDS = frozenset("\n\r\x85\u2028\u2029")


class InvalidExpressionError(Exception):
    """Java refuses the expression.

    Args:
        problem: What is wrong.
        position: Where, counted in characters from 0.
    """

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(problem, position)
        self.problem = problem
        self.position: int = position

    def __str__(self) -> str:
        return self.problem if self.position < 0 else f"{self.problem} near index {self.position}"


class InexpressibleError(Exception):
    """The expression may be right, but the simulator cannot say exactly what Java would find."""


class Cursor:
    """Reads an expression as Java does; where errors are found depends on it, above all among comments.

    The end of the expression is read as an empty text.

    Args:
        text: The expression.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.position: int = 0
        self.flags: frozenset[str] = frozenset()
        """Letters of the flags that hold here; ``U`` is ``u``, as it makes no other difference without escapes."""

    def at(self, place: int) -> str:
        """The character at a place."""
        return self._text[place] if place < len(self._text) else ""

    def peek(self) -> str:
        """The next character; comments before it are passed."""
        while "x" in self.flags and (character := self.at(self.position)):
            if character in _SPACE:
                self.position += 1
            elif character == "#":
                self._pass_comment()
            else:
                break
        return self.at(self.position)

    def _pass_comment(self) -> None:
        while (character := self.at(self.position)) and not self._ends_line(character):
            self.position += 1

    def _ends_line(self, character: str) -> bool:
        return character == "\n" if "d" in self.flags else character in _LINE_ENDS

    def next(self) -> str:
        """Passes a character; the one behind it."""
        self.position += 1
        return self.peek()

    def read(self) -> str:
        """Passes the next character, and comments before it; that character."""
        character = self.peek()
        self.position += 1
        return character

    def skip(self) -> str:
        """Passes two characters; the second one."""
        self.position += 2
        return self.at(self.position - 1)

    def error(self, problem: str) -> InvalidExpressionError:
        """The error that the expression is wrong at the character passed last."""
        return InvalidExpressionError(problem, self.position - 1)
