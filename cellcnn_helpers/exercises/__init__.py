"""Checkers of the course's exercises: they say what was misunderstood, not only that it is wrong.

A notebook takes the checkers of its topic under one short name::

    from cellcnn_helpers.exercises import convolution as check

    check.mean_filter(mean_filter)    # "not attempted", "correct" or "incorrect" and why
    check.mean_filter.hint()          # the first hint; hint(2) is the next one

**How to write a checker.** It is a function ``(answer, rng)`` under `checker` that raises `Finding` at the
first thing that is wrong and returns otherwise. Most exercises ask for a function, and `same_answers` does
the work: give it the right function, a few cases and the usual slips, each as *the wrong formula itself*. A
student whose answers agree with a wrong formula on every case reads the message beside it.

>>> import numpy as np
>>> from cellcnn_helpers.exercises import checker, same_answers
>>> @checker(
...     hints=("Does the area grow like r or like r²?", "How often does r² fit into the disc?"),
...     learned="An area grows with the square of the radius.",
... )
... def disc_area(answer, rng):
...     \"\"\"Check `disc_area(radius)`: the area of a round cell.\"\"\"
...
...     def disc_area(radius):
...         return np.pi * radius**2
...
...     slips = [("That is the circumference, 2πr.", lambda radius: 2 * np.pi * radius)]
...     cases = [{"radius": 3.0}, *({"radius": rng.uniform(1, 9)} for _ in range(3))]
...     same_answers(answer, disc_area, cases, slips=slips)

>>> print(disc_area(lambda radius: 2 * np.pi * radius))
disc_area: incorrect
That is the circumference, 2πr.
<BLANKLINE>
disc_area(radius)
with radius = 3.0
gave
  18.8496
expected
  28.2743

What makes a checker good:

- The first case is small enough to do by hand, and no slip gives the right answer there. The others are drawn
  from `rng`, so an answer that knows only the visible example fails. `rng` is always the same without a seed;
  with ``seed=...`` (the grader's, which only the instructor has) the drawn cases are new ones.
- A slip is called with all arguments in order, defaults filled in. It returns NaN where any value counts as a
  match, and None for a case where anything wrong does: "right for square kernels, wrong for all others".
- Where the exercise asks for a type, such as `uint8`, say ``same_dtype=True``; where it counts,
  ``whole=True``; where the function hands back several things, name them: ``parts=("image", "mask")``.
- Hints go from gentle to almost the answer and never show the code.
- Answers that are no function are read by `array_answer`; then the checker looks at what matters and raises
  `Finding(message, example)` itself.
"""

from ._compare import array_answer, same_answers
from ._core import Finding, Hint, Result, checker

__all__ = ["Finding", "Hint", "Result", "array_answer", "checker", "same_answers"]
