"""Optimizers: how to walk down the loss, with the conventions of Keras.

Each `step` takes the parameters and their gradients as two lists and returns the new parameters, of the same
dtype; the inputs stay as they are. What an optimizer remembers of earlier steps belongs to the position in
the list.
"""

import numpy as np

from cellcnn_helpers import _checks


class SGD:
    """Stochastic gradient descent, with momentum where wanted.

    Without momentum, w ← w − learning_rate · g. With it, a velocity v ← momentum · v − learning_rate · g is
    kept and w ← w + v; Nesterov looks one step ahead: w ← w + momentum · v − learning_rate · g.

    Parameters
    ----------
    learning_rate : float
        Size of the step, above 0.
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

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False):
        self.learning_rate = _learning_rate(learning_rate)
        self.momentum = _share("momentum", momentum)
        self.nesterov = _checks.boolean("nesterov", nesterov)
        self._velocities = None

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
            If the shapes differ from each other or from those of earlier steps.
        """
        params, gradients = _prepare(params, gradients, self._velocities)
        self._velocities = self._velocities or _zeros(params)
        for n, g in enumerate(gradients):
            self._velocities[n] = self.momentum * self._velocities[n] - self.learning_rate * g
        if not self.nesterov:
            return [w + v for w, v in zip(params, self._velocities, strict=True)]
        return [
            w + self.momentum * v - self.learning_rate * g
            for w, v, g in zip(params, self._velocities, gradients, strict=True)
        ]


class RMSprop:
    """Gradient descent that divides each step by the recent size of the gradient.

    v ← rho · v + (1 − rho) · g², then w ← w − learning_rate · g / √(v + epsilon).

    Parameters
    ----------
    learning_rate : float
        Size of the step, above 0.
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

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        self.learning_rate = _learning_rate(learning_rate)
        self.rho = _share("rho", rho)
        self.epsilon = _checks.real_number("epsilon", epsilon, low=0, low_open=True)
        self._squares = None

    def step(self, params, gradients):
        """Return the parameters after one step.

        (list of arrays) and (list of arrays of the same shapes) -> list of arrays.

        Parameters
        ----------
        params, gradients : list of array_like
            As in `SGD.step`.

        Returns
        -------
        list of numpy.ndarray
            The new parameters.
        """
        params, gradients = _prepare(params, gradients, self._squares)
        self._squares = self._squares or _zeros(params)
        for n, g in enumerate(gradients):
            self._squares[n] = self.rho * self._squares[n] + (1 - self.rho) * g**2
        return [
            w - self.learning_rate * g / np.sqrt(v + self.epsilon)
            for w, g, v in zip(params, gradients, self._squares, strict=True)
        ]


class Adam:
    """Momentum and step sizes of its own for each parameter; a good first choice.

    m ← beta_1 · m + (1 − beta_1) · g and v ← beta_2 · v + (1 − beta_2) · g². At step t,
    w ← w − learning_rate · √(1 − beta_2ᵗ) / (1 − beta_1ᵗ) · m / (√v + epsilon).

    Parameters
    ----------
    learning_rate : float
        Size of the step, above 0.
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

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.learning_rate = _learning_rate(learning_rate)
        self.beta_1 = _share("beta_1", beta_1)
        self.beta_2 = _share("beta_2", beta_2)
        self.epsilon = _checks.real_number("epsilon", epsilon, low=0, low_open=True)
        self._num_steps = 0
        self._means = None
        self._squares = None

    def step(self, params, gradients):
        """Return the parameters after one step.

        (list of arrays) and (list of arrays of the same shapes) -> list of arrays.

        Parameters
        ----------
        params, gradients : list of array_like
            As in `SGD.step`.

        Returns
        -------
        list of numpy.ndarray
            The new parameters.
        """
        params, gradients = _prepare(params, gradients, self._means)
        self._means = self._means or _zeros(params)
        self._squares = self._squares or _zeros(params)
        self._num_steps += 1
        for n, g in enumerate(gradients):
            self._means[n] = self.beta_1 * self._means[n] + (1 - self.beta_1) * g
            self._squares[n] = self.beta_2 * self._squares[n] + (1 - self.beta_2) * g**2
        start = (1 - self.beta_2**self._num_steps) ** 0.5 / (1 - self.beta_1**self._num_steps)
        return [
            w - self.learning_rate * start * m / (np.sqrt(v) + self.epsilon)
            for w, m, v in zip(params, self._means, self._squares, strict=True)
        ]


def _learning_rate(value):
    return _checks.real_number("learning_rate", value, low=0, low_open=True)


def _share(name, value):
    return _checks.real_number(name, value, low=0, high=1, high_open=True)


def _zeros(params):
    return [np.zeros_like(w) for w in params]


def _prepare(params, gradients, memory):
    """Check that parameters, gradients and what earlier steps left behind fit each other."""
    params = _checks.array_list("params", params, complex_ok=False)
    gradients = _checks.array_list("gradients", gradients, complex_ok=False)
    shapes = [w.shape for w in params]
    if shapes != [g.shape for g in gradients]:
        raise ValueError(
            f"`gradients` must match `params` one by one: got shapes {[g.shape for g in gradients]} for "
            f"{shapes}.\nGive them in the same order."
        )
    if memory and shapes != [v.shape for v in memory]:
        raise ValueError(
            f"`params` must keep their order and shapes from step to step: got shapes {shapes} after "
            f"{[v.shape for v in memory]}.\nMake a new optimizer for other parameters."
        )
    return params, [g.astype(w.dtype, copy=False) for w, g in zip(params, gradients, strict=True)]
