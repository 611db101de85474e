"""Exercises on what a network got right: its classes, which are mixed up, and how many of each are found."""

import numpy as np

from ._compare import same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "The network gives each cell one number for each class. Which class does it choose?",
        "Softmax keeps the order: the largest logit has the largest probability. No exponential is needed.",
        "What is asked for is not the largest logit but its place in the row: NumPy's `argmax` along "
        "`axis=1`.",
    ),
    learned="The class is the place of the largest logit, and softmax does not change which one it is.",
)
def predicted_classes(answer, rng):
    """Check `predicted_classes(logits)`: the number of the class with the largest logit, for each row.

    (N, classes) -> (N,) whole numbers, counted from 0

    Examples
    --------
    >>> predicted_classes(lambda logits: logits.max(axis=1)).message
    'These are the largest logits. Give their places, which are the class numbers: `argmax`.'
    """

    def predicted_classes(logits):
        return logits.argmax(axis=1)

    def softmax(logits):
        powers = np.exp(logits)
        return powers / powers.sum(axis=1, keepdims=True)

    largest = "These are the largest {}. Give their places, which are the class numbers: `argmax`."
    slips = [
        (largest.format("logits"), lambda logits: logits.max(axis=1)),
        (largest.format("probabilities"), lambda logits: softmax(logits).max(axis=1)),
        (
            "This chooses a cell for each class. Choose a class for each cell: `axis=1`.",
            lambda logits: logits.argmax(axis=0),
        ),
        (
            "This is one place in the whole array. Choose for each row: `axis=1`.",
            lambda logits: logits.argmax(),
        ),
        (
            "The probabilities are rounded first, and where none is above 1/2 all become 0. Take the largest "
            "as it is.",
            lambda logits: softmax(logits).round().argmax(axis=1),
        ),
        (
            "The logits are cut to whole numbers first, so near ones become equal. Compare them as they are.",
            lambda logits: logits.astype(int).argmax(axis=1),
        ),
        (
            "The logits are rounded first, so near ones become equal. Compare them as they are.",
            lambda logits: logits.round().argmax(axis=1),
        ),
        ("This is the place of the smallest logit.", lambda logits: logits.argmin(axis=1)),
        (
            "The sign is lost: a logit far below 0 speaks against its class.",
            lambda logits: np.abs(logits).argmax(axis=1),
        ),
        ("Classes are counted from 0.", lambda logits: logits.argmax(axis=1) + 1),
        (
            "This is the first class with a logit above 0. What counts is which is the largest, not its "
            "sign.",
            lambda logits: (logits > 0).argmax(axis=1),
        ),
        (
            "This has a number for each class. Give one class number for each row.",
            lambda logits: np.full(logits.shape, NAN),
        ),
    ]
    by_hand = {"logits": np.array([[0.0, 0.8, 1], [2, 2.4, -3], [-1, -2, -3]])}
    drawn = []
    for num_rows, num_classes in [(4, 3), (5, 6), (6, 4)]:
        order = np.array([rng.permutation(num_classes) for _ in range(num_rows)])
        logits = order / 4 + rng.uniform(-1.4, 0.4, (num_rows, 1)).round(2)
        drawn.append({"logits": logits})  # no two are equal, and few probabilities are above 1/2
    same_answers(answer, predicted_classes, [by_hand, *drawn], slips=slips, whole=True)


@checker(
    hints=(
        "Begin with zeros, a row for each true class and a column for each predicted one. What does a single "
        "cell of label 2, predicted as 0, add?",
        "It adds 1 in row 2, column 0. Do that for every cell; the same pair may come many times.",
        "Go through labels and predictions together and add 1 at [label, prediction], in an array of whole "
        "numbers with `num_classes` rows and columns.",
    ),
    learned="The diagonal holds what is right; every other place names one mix-up.",
)
def confusion_matrix(answer, rng):
    """Check `confusion_matrix(labels, predictions, num_classes)`: rows are true, columns predicted classes.

    (N,) and (N,) class numbers -> (num_classes, num_classes) whole numbers

    Examples
    --------
    >>> def at_once(labels, predictions, num_classes):
    ...     matrix = np.zeros((num_classes, num_classes), int)
    ...     matrix[labels, predictions] += 1
    ...     return matrix
    >>> confusion_matrix(at_once).message[:50]
    'Each pair counts once only, however often it comes'
    """

    def confusion_matrix(labels, predictions, num_classes):
        pairs = np.bincount(num_classes * labels + predictions, minlength=num_classes**2)
        return pairs.reshape(num_classes, num_classes)

    def of_right(formula):
        return lambda *arguments: formula(confusion_matrix(*arguments))

    def up_to_last(labels, predictions, num_classes):
        return confusion_matrix(labels, predictions, 1 + max(labels.max(), predictions.max()))

    def of_present(labels, predictions, num_classes):
        present = np.union1d(labels, predictions)
        return confusion_matrix(labels, predictions, num_classes)[np.ix_(present, present)]

    both_ways = "Each cell is counted both ways. Add 1 once: in the row of the true class only."
    no_place = "A class that does not occur needs its row and column too: there are `num_classes` of both."
    shares = "These are shares of {}. Give counts: whole numbers of cells."
    slips = [
        (
            "Rows and columns are swapped: the row is the true class, the column the predicted one.",
            of_right(lambda matrix: matrix.T),
        ),
        (
            "Each pair counts once only, however often it comes. `= 1` overwrites: write `+= 1`. And `+=` "
            "with arrays of places adds to each place once: go through the cells one by one, or use "
            "`np.add.at`.",
            of_right(lambda matrix: np.minimum(matrix, 1)),
        ),
        (
            "Each pair counts once only, and rows and columns are swapped: the row is the true class.",
            of_right(lambda matrix: np.minimum(matrix, 1).T),
        ),
        (
            "Only the first cell is counted: `return` stands inside the loop. Move it left, as far as `for`.",
            lambda labels, predictions, n: confusion_matrix(labels[:1], predictions[:1], n),
        ),
        (
            "The places are one too low. Classes and places are both counted from 0: leave out `- 1`.",
            of_right(lambda matrix: np.roll(matrix, (-1, -1), axis=(0, 1))),  # place -1 is the last one
        ),
        (both_ways, of_right(lambda matrix: matrix + matrix.T)),
        (both_ways, of_right(lambda matrix: matrix + matrix.T - np.diag(np.diag(matrix)))),
        (no_place, up_to_last),
        (no_place, of_present),
        (no_place, lambda *arguments: up_to_last(*arguments).T),
        (no_place, lambda *arguments: of_present(*arguments).T),
        (shares.format("each row"), of_right(lambda matrix: matrix / matrix.sum(axis=1, keepdims=True))),
        (shares.format("each column"), of_right(lambda matrix: matrix / matrix.sum(axis=0, keepdims=True))),
        (shares.format("all cells"), of_right(lambda matrix: matrix / matrix.sum())),
        (
            "Only right answers are counted. The mix-ups belong beside the diagonal.",
            of_right(lambda matrix: np.diag(np.diag(matrix))),
        ),
        (
            "Only right answers are counted. The mix-ups belong beside the diagonal.",
            of_right(np.diag),
        ),
        (
            "Only mix-ups are counted. Right answers belong on the diagonal.",
            of_right(lambda matrix: matrix - np.diag(np.diag(matrix))),
        ),
        ("This is the accuracy. Count each pair of classes.", of_right(lambda m: np.trace(m) / m.sum())),
    ]
    by_hand = {
        "labels": np.array([0, 0, 0, 1, 1, 2]),
        "predictions": np.array([0, 0, 2, 1, 0, 2]),
        "num_classes": 3,
    }
    drawn = []
    for num_classes, num_cells in [(2, 9), (4, 30), (5, 40)]:
        labels = np.append(np.arange(num_classes), rng.integers(0, num_classes, num_cells))
        predictions = np.where(rng.random(len(labels)) < 0.5, labels, labels // 2)  # no symmetric mix-ups
        drawn.append({"labels": labels, "predictions": predictions, "num_classes": num_classes})
    absent = {  # neither class 1 nor class 4, the last one
        "labels": np.array([3, 0, 2, 3, 3]),
        "predictions": np.array([3, 0, 0, 2, 3]),
        "num_classes": 5,
    }
    same_answers(answer, confusion_matrix, [by_hand, *drawn, absent], slips=slips, whole=True)


@checker(
    hints=(
        "Take one class. Of all cells that truly are of this class, which share did the network find?",
        "The true ones stand in the row of the class, the found ones on the diagonal.",
        "Divide the diagonal by the sums of the rows, `axis=1`. A class without images has a sum of 0: hand "
        "back 0 for it.",
    ),
    learned="A rare class can be missed almost always while the accuracy looks fine: recall tells.",
)
def recall(answer, rng):
    """Check `recall(confusion)`: for each class the share of its cells that were found; 0 without cells.

    (classes, classes), rows true and columns predicted -> (classes,)

    Examples
    --------
    >>> recall(lambda confusion: np.diag(confusion) / confusion.sum(axis=0)).message[:40]
    'This is precision: it divides by all tha'
    """

    def recall(confusion):
        cells = confusion.sum(axis=1)
        return np.divide(np.diag(confusion), cells, out=np.zeros(len(cells)), where=cells > 0)

    def divided_by(cells):
        """The diagonal divided by something else; a class without images may give anything."""

        def wrong(confusion):
            return np.where(confusion.sum(axis=1) > 0, np.diag(confusion) / cells(confusion), NAN)

        return wrong

    def of_right(formula):
        """A slip made of the right shares; a class without images may give anything."""
        return lambda confusion: np.where(confusion.sum(axis=1) > 0, formula(recall(confusion)), NAN)

    one = "This is one number{}. Give one for each class."
    slips = [
        (
            "A class without images: 0 / 0 is no number. Hand back 0 for it.",
            of_right(lambda shares: shares),
        ),
        (
            "This is precision: it divides by all that were called so, the sums of the columns. Recall "
            "divides by all that are so, the sums of the rows.",
            divided_by(lambda confusion: confusion.sum(axis=0)),
        ),
        (
            "This divides by the number of all cells, so a rare class looks bad. Divide by the sum of its "
            "row.",
            divided_by(np.sum),
        ),
        (
            "This divides by the row and the column together, so wrong alarms count too. Recall divides by "
            "the sum of the row alone.",
            divided_by(lambda confusion: confusion.sum(axis=0) + confusion.sum(axis=1) - np.diag(confusion)),
        ),
        (
            "This is F1, recall and precision in one. Recall divides by the sum of the row alone.",
            divided_by(lambda confusion: (confusion.sum(axis=0) + confusion.sum(axis=1)) / 2),
        ),
        (
            "This divides by the largest count of the row. Divide by its sum.",
            divided_by(lambda confusion: confusion.max(axis=1)),
        ),
        (
            "This divides by the mix-ups alone. Divide by the whole row, the found ones with it.",
            divided_by(lambda confusion: confusion.sum(axis=1) - np.diag(confusion)),
        ),
        ("This is the share that was missed. Take the share that was found.", of_right(lambda r: 1 - r)),
        ("This is in percent. Give a share from 0 to 1.", of_right(lambda shares: 100 * shares)),
        (
            "The shares are cut to whole numbers: `//` leaves only 0 and 1, or your array of zeros is `int`. "
            "Divide with `/`, and begin with zeros that are `float`.",
            of_right(np.floor),
        ),
        ("These are counts. Divide them by the sums of their rows.", np.diag),
        (
            "These are the cells of each class. How many of them were found?",
            lambda confusion: confusion.sum(axis=1),
        ),
        (
            one.format(", the accuracy over all cells"),
            lambda confusion: np.trace(confusion) / confusion.sum(),
        ),
        (one.format(", the mean over the classes"), lambda confusion: recall(confusion).mean()),
        (
            "This is the whole matrix as shares. Only the diagonal is asked for: what was found.",
            lambda confusion: np.where(
                confusion.sum(axis=1, keepdims=True) > 0,
                confusion / confusion.sum(axis=1, keepdims=True),
                NAN,
            ),
        ),
        (
            "The sums of the rows need to meet the diagonal: leave `keepdims` out.",
            lambda confusion: np.full(confusion.shape, NAN),
        ),
    ]
    by_hand = {"confusion": np.array([[3, 1, 0], [0, 4, 1], [2, 3, 5]])}
    drawn = []
    for num_classes in (2, 4, 5):
        confusion = rng.integers(1, 9, (num_classes, num_classes))
        drawn.append({"confusion": confusion + np.diag(rng.integers(5, 20, num_classes))})
    absent = {"confusion": np.array([[6, 0, 2], [0, 0, 0], [1, 2, 1]])}
    perfect = {"confusion": np.diag([4, 1, 7])}
    same_answers(answer, recall, [by_hand, *drawn, absent, perfect], slips=slips)
