"""Functions that an exercise hands to a student's function, such as the score of a model."""


class Formula:
    """A function that a message can show: its repr is the formula, and a copy of it is itself.

    Examples
    --------
    >>> square = Formula("x²", lambda x: x**2)
    >>> square, square(3)
    (x², 9)
    """

    def __init__(self, text, function):
        self.text = text
        self.function = function

    def __call__(self, x):
        return self.function(x)

    def __deepcopy__(self, memo):
        return self  # it has no state, and an unchanged argument must equal its copy

    def __repr__(self):
        return self.text
