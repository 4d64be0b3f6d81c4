"""What only the tenant at hand can tell (`auth0_doctor --probe`): tried on throw-away users and applications."""

from .answers import NO, UNKNOWN, YES, Answer, Question
from .run import QUESTIONS, Choices, Run, probe, questions_named

__all__ = ["NO", "QUESTIONS", "UNKNOWN", "YES", "Answer", "Choices", "Question", "Run", "probe", "questions_named"]
