"""Optimizers: two steps worked by hand each, and what they refuse. Beside Keras: test_against_keras.py."""

import numpy as np
import pytest

from cellcnn_helpers.nn import SGD, Adam, Optimizer, RMSprop

ALL = {"SGD": SGD, "RMSprop": RMSprop, "Adam": Adam}
every_optimizer = pytest.mark.parametrize("optimizer", ALL.values(), ids=ALL)


def two_steps(optimizer, w=1.0, g=(2.0, 1.0)):
    """The parameter after the first and after the second step."""
    params = [np.array([w])]
    path = []
    for gradient in g:
        params = optimizer.step(params, [np.array([gradient])])
        path.append(params[0].item())
    return path


def test_sgd_by_hand():
    # 1 − 0.1·2 = 0.8, then 0.8 − 0.1·1 = 0.7
    assert two_steps(SGD(0.1)) == pytest.approx([0.8, 0.7])


def test_momentum_by_hand():
    # v = −0.2, w = 0.8; v = 0.5·(−0.2) − 0.1 = −0.2, w = 0.6
    assert two_steps(SGD(0.1, momentum=0.5)) == pytest.approx([0.8, 0.6])


def test_nesterov_by_hand():
    # v = −0.2, w = 1 + 0.5·(−0.2) − 0.2 = 0.7; v = −0.2, w = 0.7 − 0.1 − 0.1 = 0.5
    assert two_steps(SGD(0.1, momentum=0.5, nesterov=True)) == pytest.approx([0.7, 0.5])


def test_rmsprop_by_hand():
    # v = 0.25·4 = 1, w = 1 − 0.1·2/1 = 0.8; v = 0.75·1 + 0.25·1 = 1, w = 0.8 − 0.1·1/1 = 0.7
    assert two_steps(RMSprop(0.1, rho=0.75, epsilon=1e-12)) == pytest.approx([0.8, 0.7])


def test_adam_by_hand():
    # The first step is the learning rate; in the second m = 0.5, v = 0.25 of the corrected means:
    # m = (0.5·1 + 0.5·1)/0.75 = 4/3, v = (0.75·1 + 0.25·1)/0.4375 = 16/7, w = 0.9 − 0.1·(4/3)/√(16/7)
    adam = Adam(0.1, beta_1=0.5, beta_2=0.75, epsilon=1e-12)
    assert two_steps(adam) == pytest.approx([0.9, 0.9 - 0.1 * (4 / 3) / (16 / 7) ** 0.5])


def test_adam_adds_epsilon_before_the_correction_as_keras_does():
    # √v = √0.001·1e-6; the textbook would step 0.1·1e-6 / (1e-6 + 1e-7) = 0.091
    w = Adam(0.1).step([np.array([0.0])], [np.array([1e-6])])[0].item()
    assert -w == pytest.approx(0.1 * 1e-6 / (1e-6 + 1e-7 / 0.001**0.5))


@every_optimizer
def test_state_belongs_to_the_position(optimizer):
    together, first, second = optimizer(0.1), optimizer(0.1), optimizer(0.1)
    rng = np.random.default_rng(0)
    params = [rng.standard_normal((2, 3)), rng.standard_normal(4)]
    alone = params
    for _ in range(3):
        gradients = [rng.standard_normal((2, 3)), rng.standard_normal(4)]
        params = together.step(params, gradients)
        alone = [first.step(alone[:1], gradients[:1])[0], second.step(alone[1:], gradients[1:])[0]]
    for w, expected in zip(params, alone, strict=True):
        np.testing.assert_array_equal(w, expected)


@every_optimizer
def test_inputs_stay_and_dtype_is_kept(optimizer):
    w, g = np.ones(3, "f4"), np.ones(3, "f4")
    w.flags.writeable = g.flags.writeable = False
    new = optimizer(0.1).step([w], [g])[0]
    assert new.dtype == "f4"
    assert new.max() < 1 and w.min() == 1
    for other in "f8", "int64":
        assert optimizer(0.1).step([w], [g.astype(other)])[0].dtype == "f4"


@every_optimizer
@pytest.mark.parametrize("value", [0, -0.1, np.inf, np.nan])
def test_learning_rate_out_of_range_is_named(optimizer, value):
    finite = "" if np.isfinite(value) else "finite and "
    with pytest.raises(
        ValueError, match=rf"`learning_rate` must be {finite}above 0: got learning_rate={value}"
    ):
        optimizer(value)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: SGD(0.1, momentum=1), r"`momentum` must be at least 0 and below 1: got momentum=1"),
        (lambda: RMSprop(0.1, rho=-0.1), r"`rho` .*got rho=-0\.1"),
        (lambda: Adam(0.1, beta_1=1.0), r"`beta_1` .*got beta_1=1\.0"),
        (lambda: Adam(0.1, beta_2=2), r"`beta_2` .*got beta_2=2"),
        (lambda: Adam(0.1, epsilon=0), r"`epsilon` .*got epsilon=0"),
    ],
)
def test_settings_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_learning_rate_that_is_no_number_is_named():
    with pytest.raises(TypeError, match=r"`learning_rate` must be a number: got learning_rate='0\.1'"):
        SGD("0.1")


@pytest.mark.parametrize("value", ["no", 0, 1, None])
def test_nesterov_is_true_or_false(value):
    assert SGD(nesterov=np.True_).nesterov is True
    with pytest.raises(TypeError, match=rf"`nesterov` must be True or False: got nesterov={value!r}"):
        SGD(nesterov=value)


@every_optimizer
def test_complex_parameters_and_gradients_are_refused(optimizer):
    with pytest.raises(TypeError, match=r"`gradients\[1\]` .*got gradients\[1\]\.dtype=complex128"):
        optimizer(0.1).step([1.0, 1.0], [1.0, 1j])
    with pytest.raises(TypeError, match=r"`params\[0\]` .*got params\[0\]\.dtype=complex128"):
        optimizer(0.1).step([1j], [1.0])


@every_optimizer
def test_lists_that_do_not_fit_are_named(optimizer):
    w = np.ones((2, 3))
    with pytest.raises(TypeError, match=r"`params` must be a list of arrays: got params\.shape=\(2, 3\)"):
        optimizer(0.1).step(w, [w])
    with pytest.raises(ValueError, match=r"`gradients` .*got shapes \[\(3, 2\)\] for \[\(2, 3\)\]"):
        optimizer(0.1).step([w], [w.T])
    with pytest.raises(ValueError, match=r"`gradients` .*got shapes \[\] for \[\(2, 3\)\]"):
        optimizer(0.1).step([w], [])
    used = optimizer(0.1)
    used.step([w], [w])
    with pytest.raises(ValueError, match=r"`params` .*got shapes \[\(3, 2\)\] after \[\(2, 3\)\]"):
        used.step([w.T], [w.T])


def test_an_optimizer_of_ones_own_needs_a_move_alone():
    class SignDescent(Optimizer):
        def move(self, w, g, rate):
            return (w - rate * np.sign(g),)

    own = SignDescent(0.5)
    for expected in 0.5, 0.0:
        (w,) = own.step([np.array([expected + 0.5])], [np.array([3.0])])
        assert w.tolist() == [expected]
    with pytest.raises(ValueError, match=r"`params` .*got shapes \[\(1,\), \(1,\)\] after \[\(1,\)\]"):
        own.step([w, w], [w, w])
    with pytest.raises(NotImplementedError, match=r"Optimizer needs a method move\(w, g, rate, \*memory\)"):
        Optimizer(0.5).step([w], [w])
