"""Matrix products that stay on one core."""

import numpy as np

PRODUCT_SIZE = (
    2**18
)  # multiplications; BLAS shares larger products between threads, and waits for all of them

FEWEST_ROWS = 4  # in a piece: with fewer, the product is so large that sharing is worth the wait


def in_pieces(matrix, num_columns):
    """Cut a matrix into pieces whose products with (matrix columns, num_columns) stay on one core."""
    num_pieces = -(-matrix.size * num_columns // PRODUCT_SIZE)
    return tuple(np.array_split(matrix, num_pieces if num_pieces * FEWEST_ROWS <= len(matrix) else 1))
