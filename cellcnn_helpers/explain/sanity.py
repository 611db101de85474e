"""Is the map about the model at all? It must change when the weights are made random."""

import numpy as np

from .. import _checks
from ._model import checked_model, layers_of


def randomized(model, seed=0, *, num_layers=None):
    """Return a copy of a model with fresh random weights, in all layers or in the last ones.

    Parameters
    ----------
    model : keras.Model
        Sequential or Functional. It is not changed.
    seed : int
        The same seed gives the same weights.
    num_layers : int, optional
        How many of the layers with weights are made new, counted from the last; by default all. With 1, 2, 3,
        ... the model is unlearned from its end: the cascade of Adebayo et al.

    Returns
    -------
    keras.Model
        Its weights are as at the start of a training, from the initializers that the layers name.

    Raises
    ------
    ValueError
        If the model has fewer layers with weights.

    See Also
    --------
    similarity : of the map before and the map after.

    Notes
    -----
    A `keras.layers.Normalization` keeps its numbers: they are measured on the images, not learned.

    References
    ----------
    J. Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018, arXiv:1810.03292.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])
    >>> copy = randomized(model)
    >>> np.allclose(copy.layers[-1].get_weights()[0], model.layers[-1].get_weights()[0])
    False
    """
    import keras

    model = checked_model(model)
    draw = np.random.default_rng(_checks.whole_number("seed", seed, minimum=0))

    def with_new_weights(layer):
        return type(layer).from_config(_reseeded(layer.get_config(), draw))

    copy = keras.models.clone_model(model, clone_function=with_new_weights, recursive=True)
    pairs = list(zip(_leaves(model), _leaves(copy), strict=True))
    learned = [pair for pair in pairs if _is_learned(pair[0])]
    num_layers = _checked_count(num_layers, learned)
    new = learned[len(learned) - num_layers :]
    for old_layer, new_layer in pairs:
        if not any(new_layer is layer for _, layer in new):
            weights = {}
            old_layer.save_own_variables(weights)
            new_layer.load_own_variables(weights)
    return copy


def similarity(maps_a, maps_b):
    """Compare maps by the order of their pixels: Spearman's rank correlation.

    (batch, H, W) * (batch, H, W) -> (batch,)

    Parameters
    ----------
    maps_a, maps_b : array, shape (batch, H, W) or (H, W)
        Of the same shape. Of maps with a sign, compare also the absolute values: two maps that mark the same
        pixels may differ in sign.

    Returns
    -------
    numpy.ndarray
        float64, shape (batch,), or one number for two single maps. 1: the same order, 0: no relation,
        -1: the opposite order. NaN if a map has the same value everywhere and so no order, as Grad-CAM
        may give; for the mean of many take `numpy.nanmean`.

    Raises
    ------
    ValueError
        If the maps differ in shape.

    See Also
    --------
    randomized : the model whose maps must not be similar.

    Notes
    -----
    Maps of two models for the same image may be similar for no deeper reason than that both avoid its empty
    corners. Compare with maps of unrelated images before you call a correlation high.

    Examples
    --------
    >>> similarity([[0, 1], [2, 3]], [[0, 10], [200, 3000]])
    np.float64(1.0)
    >>> similarity([[0, 1], [2, 3]], [[3, 2], [1, 0]])
    np.float64(-1.0)
    """
    from scipy.stats import rankdata

    a = _checks.no_nan("maps_a", _checks.float_array("maps_a", maps_a, axes=None, complex_ok=False))
    b = _checks.no_nan("maps_b", _checks.float_array("maps_b", maps_b, axes=None, complex_ok=False))
    if a.ndim not in (2, 3):
        raise ValueError(
            f"`maps_a` must have the dimensions (batch, height, width): got maps_a.shape={a.shape}.\n"
            f"Give maps without a channel axis."
        )
    _checks.same_shape("maps_b", b, a.shape, "`maps_a`")
    a, b = (rankdata(maps.reshape(*maps.shape[:-2], -1), axis=-1) for maps in (a, b))
    a, b = (ranks - ranks.mean(axis=-1, keepdims=True) for ranks in (a, b))
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN that is promised
        return (a * b).sum(axis=-1) / np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))


def _leaves(model):
    import keras

    return [layer for layer in layers_of(model) if not isinstance(layer, keras.Model)]


def _is_learned(layer):
    import keras

    return bool(layer.weights) and not isinstance(layer, keras.layers.Normalization)


def _checked_count(value, learned):
    if value is None:
        return len(learned)
    number = _checks.whole_number("num_layers", value, minimum=0)
    if number > len(learned):
        raise ValueError(
            f"`num_layers` must be at most {len(learned)}, the layers with weights: got "
            f"num_layers={number}.\nLeave it out for all of them."
        )
    return number


def _reseeded(config, draw):
    """The configuration of a layer in which every initializer has a seed of its own, drawn here.

    A seed that the author of the model gave would bring the first weights back; without one, Keras would draw
    from a generator that all the program shares.
    """
    if isinstance(config, dict):
        config = {name: _reseeded(value, draw) for name, value in config.items()}
        if "class_name" in config and "seed" in config.get("config", {}):
            config["config"]["seed"] = int(draw.integers(2**31))
    elif isinstance(config, (list, tuple)):
        config = type(config)(_reseeded(value, draw) for value in config)
    return config
