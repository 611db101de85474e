"""Training on a GPU by JAX: accuracy against seconds, and how near the loop comes to what the card can do.

    KERAS_BACKEND=jax python benchmarks/training_gpu.py              # validation images, five seeds
    KERAS_BACKEND=jax python benchmarks/training_gpu.py --write      # test images too; keeps training_gpu.md
    KERAS_BACKEND=jax python benchmarks/training_gpu.py --seeds 1 --epochs 2    # a try, on any device

Needs JAX and `pbc_blood_28.npz` in the folder that CELLCNN_DATA names. Network and loop are those of
training.py: `models.fast_cnn` and `training.train`. Of each training four times are told:

- compilation: the first epoch, less the median of the others;
- training: all the rest, from the call of `train` to its return; this is what was promised;
- the device alone: the same step, its batch on the device, several of them in one compiled program that
  returns to Python once, times the number of steps. Its share of the training says how long it computes;
- arithmetic alone: the operations of all steps, as XLA counts them before it optimizes, at the speed at which
  this device multiplies two large matrices of the same numbers.
"""

import argparse
import datetime
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

try:
    import jax
    import jax.numpy as jnp
except ModuleNotFoundError:
    sys.exit("training_gpu.py: JAX is missing. Install it for your GPU: pip install 'jax[cuda13]'")
from training import LEARNING, SEEDS, SOURCE, machine, train_once, with_spread

PAGE = Path(__file__).with_suffix(".md")
STEPS = 8  # in one program; written out, since XLA does not compile a loop as well on every device
MATRIX = 4096  # rows and columns
TURNS = 3  # the best counts: what else the machine does can only make it slower

# As in training.py. They were tried on a processor, since only the seconds depend on the device. By eight
# positions right were 0.9813 and 0.9830 of the validation images (seeds 0 and 1), and 0.9889 (seed 0).
RECIPES = {
    "5 seconds": {
        "promised": (0.985, 5),
        "network": {"filters": (16, 48, 96, 128)},
        "learning": LEARNING
        | {"epochs": 18, "weight_decay": 0.05, "batch_size": 128, "learning_rate": 0.008},
        "augment": {},
    },
    "30 seconds": {
        "promised": (0.99, 30),
        "network": {"filters": (32, 64, 128, 128), "dropout": 0.2},
        "learning": LEARNING | {"epochs": 60, "weight_decay": 0.05, "batch_size": 128},
        "augment": {"quarter_turns": True, "shift_px": 2},
    },
}


# What the device needs for the step and for its arithmetic, without a loop around them


def best_seconds(function, *arguments):
    """Seconds of a compiled function, its first call left out."""
    seconds = []
    for _ in range(TURNS + 1):
        start = time.perf_counter()
        jax.block_until_ready(function(*arguments))
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def training_step(recipe):
    """The step of a recipe as a function from state to state, and the state it begins with."""
    import keras
    import numpy as np

    from cellcnn_helpers import models

    learning = recipe["learning"]
    model = models.fast_cnn((28, 28, 3), 8, **recipe["network"])
    optimizer = keras.optimizers.Adam(learning["learning_rate"], weight_decay=learning.get("weight_decay"))
    optimizer.build(model.trainable_variables)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=learning["label_smoothing"])
    rng = np.random.default_rng(0)
    images = jnp.asarray(rng.random((learning["batch_size"], 28, 28, 3), np.float32))
    labels = jax.nn.one_hot(rng.integers(0, 8, len(images)), 8)

    def loss_of(weights, others):
        logits, others = model.stateless_call(weights, others, images, training=True)
        return loss(labels, logits), others

    def step(state):
        weights, others, averages = state
        gradients, others = jax.grad(loss_of, has_aux=True)(weights, others)
        weights, averages = optimizer.stateless_apply(averages, gradients, weights)
        return weights, others, averages

    variables = model.trainable_variables, model.non_trainable_variables, optimizer.variables
    return step, tuple([variable.value for variable in some] for some in variables)


def seconds_of_step(step, state):
    """Seconds that the device computes in one step: several in one program, nothing between them."""

    @jax.jit
    def several(state):
        for _ in range(STEPS):
            state = step(state)
        return state

    return best_seconds(several, state) / STEPS


def operations_of_step(step, state):
    """Multiplications and additions of one step, as XLA counts them."""
    return jax.jit(step).lower(state).cost_analysis()["flops"]


def operations_per_second():
    """What the device reaches where nothing but arithmetic is to be done: one large product of matrices."""
    a = jax.random.normal(jax.random.key(0), (MATRIX, MATRIX), jnp.float32)
    return 2 * MATRIX**3 / best_seconds(jax.jit(jnp.matmul), a, a)


# Trainings and their table


def measure(recipe, seeds, splits):
    """Train with every seed; return what each training answered."""
    answers = []
    for seed in range(seeds):
        answers.append(train_once(recipe, seed, splits))
        print(answers[-1], file=sys.stderr, flush=True)
    return answers


def rows_of(recipe, answers, peak):
    """Return what the table says of a recipe, by the names of its rows."""
    from cellcnn_helpers.evaluation import accuracy_interval

    learning = recipe["learning"]
    rows = {
        "parameters": f"{answers[0]['parameters']:,}",
        "epochs, images in a batch": f"{learning['epochs']}, {learning['batch_size']}",
    }
    for split in answers[0]["right"]:
        *looks, (num_images, *_) = zip(*(answer["right"][split] for answer in answers), strict=True)
        for name, right in zip(("one look", "eight positions"), looks, strict=True):
            low, high = accuracy_interval(round(statistics.mean(right)), num_images)
            shares = [number / num_images for number in right]
            rows[f"{split}, {name}"] = f"{with_spread(shares, 4)} ({low:.3f} to {high:.3f})"
    training = [answer["steady_seconds"] for answer in answers]
    compilation = [answer["seconds"] - answer["steady_seconds"] for answer in answers]
    seconds = statistics.mean(training)
    num_steps = learning["epochs"] * (answers[0]["num_images"] // learning["batch_size"])
    step, state = training_step(recipe)
    device = num_steps * seconds_of_step(step, state)
    arithmetic = num_steps * operations_of_step(step, state) / peak
    promised, limit = recipe["promised"]
    held = statistics.mean(shares) >= promised and seconds <= limit
    return rows | {
        "compilation, seconds": with_spread(compilation, 1),
        "training without it, seconds": with_spread(training, 2),
        "promised": f"{promised} in {limit} s: {'held' if held else 'MISSED'}",
        "images per second": f"{statistics.mean(answer['images_per_second'] for answer in answers):,.0f}",
        "the device alone, seconds": f"{device:.2f} ({device / seconds:.0%} of the training)",
        "arithmetic alone, seconds": f"{arithmetic:.3f} (the training takes {seconds / arithmetic:,.0f} ×)",
    }


def page(measured):
    """Return the page: a column for each recipe."""
    peak = operations_per_second()
    columns = {name: rows_of(recipe, answers, peak) for name, (recipe, answers) in measured.items()}
    first, (_, answers) = next(iter(columns.values())), next(iter(measured.values()))
    return "\n".join(
        [
            "# Training on a GPU",
            "",
            f"{machine(answers[0])}; measured {datetime.date.today().isoformat()}. Products of matrices, "
            f"{MATRIX} × {MATRIX}: {peak / 1e12:,.2f} × 10¹² operations per second.",
            "",
            SOURCE,
            "",
            f"| | {' | '.join(columns)} |",
            "|---|" + "--:|" * len(columns),
            *(f"| {row} | {' | '.join(column[row] for column in columns.values())} |" for row in first),
            "",
            f"Mean ± standard deviation over {len(answers)} seeds; in brackets the 95 % interval that the "
            "number of images leaves. What the times mean stands at the head of `training_gpu.py`. Eight "
            "positions decide.",
            "",
        ]
    )


def main():
    """Measure, print and, where asked, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="read the test images too, and keep the page")
    parser.add_argument("--recipe", choices=RECIPES, help="train by this one alone")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many (default: {SEEDS})")
    parser.add_argument("--epochs", type=int, help="in place of the recipe's own")
    arguments = parser.parse_args()
    if arguments.epochs is not None and arguments.epochs < 2:
        parser.error(f"--epochs must be 2 or more, since the first compiles: got epochs={arguments.epochs}")
    on_gpu = jax.default_backend() == "gpu"
    whole = arguments.seeds == SEEDS and arguments.epochs is None and arguments.recipe is None
    if arguments.write and not (on_gpu and whole):
        parser.error(
            f"--write keeps all recipes, whole, {SEEDS} seeds, on a GPU: got device={jax.default_backend()}, "
            f"recipe={arguments.recipe}, epochs={arguments.epochs}, seeds={arguments.seeds}"
        )
    splits = ["val", "test"] if arguments.write else ["val"]
    measured = {}
    for name in [arguments.recipe] if arguments.recipe else RECIPES:
        recipe = RECIPES[name]
        if arguments.epochs is not None:
            recipe = recipe | {"learning": recipe["learning"] | {"epochs": arguments.epochs}}
        measured[name] = recipe, measure(recipe, arguments.seeds, splits)
    text = page(measured)
    print(text)
    if arguments.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
