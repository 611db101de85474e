"""Optimizers: how to walk down the loss, with the conventions of Keras.

Each `step` takes the parameters and their gradients as two lists and returns the new parameters, of the same
dtype; the inputs stay as they are. What an optimizer remembers of earlier steps belongs to the position in
the list. The learning rate is a number, or a schedule: a function of the number of steps taken before.
"""

import numpy as np

from cellcnn_helpers import _checks


class Optimizer:
    """What all optimizers have in common: a learning rate, a count of steps, and `step` itself.

    Parameters
    ----------
    learning_rate : float or callable
        Size of the step, above 0; or a schedule such as `CosineDecay`.

    See Also
    --------
    SGD, RMSprop, Adam : Each adds its `move`.

    Examples
    --------
    One of your own, which looks at nothing but the sign of the gradient:

    >>> import numpy as np
    >>> class SignDescent(Optimizer):
    ...     def move(self, w, g, rate):
    ...         return (w - rate * np.sign(g),)
    >>> SignDescent(0.5).step([np.array([1.0, 2.0])], [np.array([3.0, -0.1])])
    [array([0.5, 2.5])]
    """

    num_memories = 0  # arrays that are remembered for each parameter; they start as zeros

    def __init__(self, learning_rate):
        if not callable(learning_rate):
            learning_rate = _checks.real_number("learning_rate", learning_rate, low=0, low_open=True)
        self.learning_rate = learning_rate
        self.iterations = 0  # how many steps were taken, by the name that Keras has for it
        self._memories = None  # a list of arrays for each parameter
        self._shapes = None  # of the parameters of earlier steps

    def step(self, params, gradients):
        """Return the parameters after one step.

        (list of arrays) and (list of arrays of the same shapes) -> list of arrays.

        Parameters
        ----------
        params : list of array_like
            The parameters w.
        gradients : list of array_like
            The gradient g of each, of its shape.

        Returns
        -------
        list of numpy.ndarray
            The new parameters.

        Raises
        ------
        ValueError
            If the shapes differ from each other or from those of earlier steps, or a schedule gives no
            learning rate.
        """
        params, gradients = _prepare(params, gradients, self._shapes)
        memories = self._memories or [[np.zeros_like(w)] * self.num_memories for w in params]
        rate = self.learning_rate
        if callable(rate):
            rate = _checks.real_number(f"learning_rate({self.iterations})", rate(self.iterations), low=0)
        self.iterations += 1
        moved = [self.move(w, g, rate, *m) for w, g, m in zip(params, gradients, memories, strict=True)]
        self._memories, self._shapes = [memory for _, *memory in moved], [w.shape for w in params]
        return [w for w, *_ in moved]

    def move(self, w, g, rate, *memory):
        """Return one parameter after the step, then what to remember of it: a tuple of arrays like `w`."""
        raise NotImplementedError(f"{type(self).__name__} needs a method move(w, g, rate, *memory).")


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where wanted.

    Without momentum, w ← w − learning_rate · g. With it, a velocity v ← momentum · v − learning_rate · g is
    kept and w ← w + v; Nesterov looks one step ahead: w ← w + momentum · v − learning_rate · g.

    Parameters
    ----------
    learning_rate : float or callable
        Size of the step, above 0; or a schedule such as `CosineDecay`.
    momentum : float
        Share of the velocity that is kept, from 0 to below 1.
    nesterov : bool
        Whether to look ahead.

    Examples
    --------
    >>> import numpy as np
    >>> SGD(0.5).step([np.array([1.0])], [np.array([0.2])])
    [array([0.9])]
    """

    num_memories = 1

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False):
        super().__init__(learning_rate)
        self.momentum = _share("momentum", momentum)
        self.nesterov = _checks.boolean("nesterov", nesterov)

    def move(self, w, g, rate, v):
        """Return the new parameter and its velocity: three arrays of one shape -> two."""
        v = self.momentum * v - rate * g
        return w + (self.momentum * v - rate * g if self.nesterov else v), v


class RMSprop(Optimizer):
    """Gradient descent that divides each step by the recent size of the gradient.

    v ← rho · v + (1 − rho) · g², then w ← w − learning_rate · g / √(v + epsilon).

    Parameters
    ----------
    learning_rate : float or callable
        Size of the step, above 0; or a schedule such as `CosineDecay`.
    rho : float
        Share of the past in the mean of the squared gradients, from 0 to below 1.
    epsilon : float
        Keeps the division from that by 0, above 0.

    Examples
    --------
    >>> import numpy as np
    >>> RMSprop(0.1).step([np.array([1.0])], [np.array([2.0])])[0].round(4)
    array([0.6838])
    """

    num_memories = 1

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        super().__init__(learning_rate)
        self.rho = _share("rho", rho)
        self.epsilon = _checks.real_number("epsilon", epsilon, low=0, low_open=True)

    def move(self, w, g, rate, v):
        """Return the new parameter and the mean of its g²: three arrays of one shape -> two."""
        v = self.rho * v + (1 - self.rho) * g**2
        return w - rate * g / np.sqrt(v + self.epsilon), v


class Adam(Optimizer):
    """Momentum and step sizes of its own for each parameter; a good first choice.

    m ← beta_1 · m + (1 − beta_1) · g and v ← beta_2 · v + (1 − beta_2) · g². At step t,
    w ← w − learning_rate · √(1 − beta_2ᵗ) / (1 − beta_1ᵗ) · m / (√v + epsilon).

    Parameters
    ----------
    learning_rate : float or callable
        Size of the step, above 0; or a schedule such as `CosineDecay`.
    beta_1, beta_2 : float
        Shares of the past in the means of the gradients and of their squares, from 0 to below 1.
    epsilon : float
        Keeps the division from that by 0, above 0.

    Notes
    -----
    As in Keras, epsilon is added to √v before v is corrected for its start at 0 ("epsilon hat" in the
    paper). In the first steps this makes a difference where gradients are below 1e-4.

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", arXiv:1412.6980.

    Examples
    --------
    The first step is about the learning rate, however large the gradient:

    >>> import numpy as np
    >>> Adam(0.1).step([np.array([1.0, 1.0])], [np.array([2.0, 2000.0])])[0].round(4)
    array([0.9, 0.9])
    """

    num_memories = 2

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        self.beta_1 = _share("beta_1", beta_1)
        self.beta_2 = _share("beta_2", beta_2)
        self.epsilon = _checks.real_number("epsilon", epsilon, low=0, low_open=True)

    def move(self, w, g, rate, m, v):
        """Return the new parameter and its two means: four arrays of one shape -> three."""
        m = self.beta_1 * m + (1 - self.beta_1) * g
        v = self.beta_2 * v + (1 - self.beta_2) * g**2
        start = (1 - self.beta_2**self.iterations) ** 0.5 / (1 - self.beta_1**self.iterations)
        return w - rate * start * m / (np.sqrt(v) + self.epsilon), m, v


def _share(name, value):
    return _checks.real_number(name, value, low=0, high=1, high_open=True)


def _prepare(params, gradients, earlier):
    """Check that parameters, gradients and what earlier steps left behind fit each other."""
    params = _checks.array_list("params", params, complex_ok=False)
    gradients = _checks.array_list("gradients", gradients, complex_ok=False)
    shapes = [w.shape for w in params]
    if shapes != [g.shape for g in gradients]:
        raise ValueError(
            f"`gradients` must match `params` one by one: got shapes {[g.shape for g in gradients]} for "
            f"{shapes}.\nGive them in the same order."
        )
    if earlier not in (None, shapes):
        raise ValueError(
            f"`params` must keep their order and shapes from step to step: got shapes {shapes} after "
            f"{earlier}.\nMake a new optimizer for other parameters."
        )
    return params, [g.astype(w.dtype, copy=False) for w, g in zip(params, gradients, strict=True)]
