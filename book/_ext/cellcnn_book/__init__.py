"""The book's own part: how a chapter is read, and how page and notebook are made from it."""


def setup(app):
    """Add the page side to Sphinx. Imported here, so that the notebook writer needs no Sphinx."""
    from cellcnn_book import api, cache, elements, exercise, outputs, package_code, page, quiz, source

    for part in (api, cache, source, elements, exercise, quiz, outputs, package_code, page):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
