"""What every checker must do, whatever its exercise."""

import linecache
import re

import pytest


@pytest.fixture
def assert_accepts():
    """The answer is correct: without a seed, with seeds, and every time again."""

    def accepts(check, answer):
        for seed in (None, None, 0, 1, 2**40):
            result = check(answer, seed=seed)
            assert result.status == "correct", result
        assert result.message.endswith((".", "?"))

    return accepts


@pytest.fixture
def assert_finds(request):
    """The misconception is named, with and without a seed, and a case shows it."""

    def said(message):
        """The message without the line of the answer that it quotes: the words often stand in that line."""
        quoted = re.search(r"in line (\d+), `", message)
        line = linecache.getline(str(request.path), int(quoted[1])).strip() if quoted else ""
        return message.replace(line, "") if line else message

    def finds(check, answer, words):
        for seed in (None, 1, 2):
            result = check(answer, seed=seed)
            assert result.status == "incorrect"
            assert words in said(result.message)
            assert result.message.count("`") % 2 == 0
            assert result.message in str(result)

    return finds


@pytest.fixture
def assert_teaches():
    """The untouched stub is no attempt; hints are two or three full sentences that show no code."""

    def teaches(check, stub):
        assert check(stub).status == "not attempted"
        assert check(stub, seed=1).status == "not attempted"
        assert 2 <= len(check.hints) <= 3
        for n, text in enumerate(check.hints, start=1):
            assert text.rstrip().endswith((".", "?"))
            assert not any(code in text for code in ("return ", "np.", "def ", "range(", "lambda"))
            assert text in check.hint(n)

    return teaches
