"""What a data set holds, told as a table."""

import html

import numpy as np


class Summary:
    """What a data set holds, as text and as a table in a notebook.

    Parameters
    ----------
    facts : dict of str
        What is known about the images, in order.
    class_counts : dict of int
        Images per class, in the order of the labels.
    class_groups : dict of int, optional
        Groups per class, such as patients, where there are groups.

    Examples
    --------
    >>> Summary({"images": "3 of 8 × 8 × 1, uint8"}, {"round": 1, "spiky": 2}).class_counts["spiky"]
    2
    """

    def __init__(self, facts, class_counts, class_groups=None):
        self.facts = facts
        self.class_counts = class_counts
        self.class_groups = class_groups

    def _rows(self):
        """The head of the table of classes, then a row for each."""
        total = max(sum(self.class_counts.values()), 1)
        yield ("class", "images", "share", *(["groups"] if self.class_groups else []))
        for name, count in self.class_counts.items():
            groups = [f"{self.class_groups[name]:,}"] if self.class_groups else []
            yield (name, f"{count:,}", _percent(count / total), *groups)

    def __repr__(self):
        lines = [f"{name:<11} {value}" for name, value in self.facts.items()]
        width = max(len(name) for name in ("class", *self.class_counts))
        for name, images, *others in self._rows():
            lines.append("".join([f"{name:<{width}}  {images:>7}", *(f"  {text:>7}" for text in others)]))
        lines.insert(len(self.facts), "")
        return "\n".join(lines)

    def _repr_html_(self):
        def row(tag, cells):
            first, *numbers = (html.escape(cell) for cell in cells)
            style = "text-align:right;padding-left:1.5em"  # a theme may bring no padding of its own
            right = "".join(f'<{tag} style="{style}">{number}</{tag}>' for number in numbers)
            return f'<tr><{tag} style="text-align:left">{first}</{tag}>{right}</tr>'

        facts = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(value)}</td></tr>'
            for name, value in self.facts.items()
        )
        head, *rows = self._rows()
        body = "".join(row("td", cells) for cells in rows)
        return f"<table>{facts}</table><table><thead>{row('th', head)}</thead><tbody>{body}</tbody></table>"


def summarize(dataset):
    """The `Summary` of a `CellImageDataset`."""
    class_names, images, groups = dataset.class_names, dataset.images, dataset.groups
    facts = {"images": f"{len(dataset):,} of {shape_text(images)}, {images.dtype}"}
    if images.size:
        facts["values"] = f"{images.min():.6g} to {images.max():.6g}"
    if dataset.pixel_size_um is not None:
        height_um, width_um = (size * dataset.pixel_size_um for size in images.shape[1:3])
        facts["pixel size"] = (
            f"{dataset.pixel_size_um:.3g} µm; an image shows {height_um:.3g} × {width_um:.3g} µm"
        )
    if dataset.masks is not None:
        facts["masks"] = _masks_text(dataset.masks)
    class_groups = None
    if groups is not None:
        facts["groups"] = f"{len(np.unique(groups)):,}"
        class_groups = {
            name: len(np.unique(groups[dataset.labels == label])) for label, name in enumerate(class_names)
        }
    for name in ("source", "license", "citation"):
        if getattr(dataset, name):
            facts[name] = getattr(dataset, name)
    counts = np.bincount(dataset.labels, minlength=len(class_names)).tolist()
    return Summary(facts, dict(zip(class_names, counts, strict=True)), class_groups)


def shape_text(images):
    """Height, width and channels, such as 28 × 28 × 3."""
    return " × ".join(str(size) for size in images.shape[1:])


def _masks_text(masks):
    if not masks.size:
        return f"{masks.dtype}"
    text = f"{masks.dtype}, {_percent(np.mean(masks != 0))} of the pixels"
    if masks.dtype == bool:
        return text
    counts = [np.count_nonzero(np.unique(mask)) for mask in masks]
    return f"{text}, {sum(counts):,} objects, {min(counts)} to {max(counts)} in an image"


def _percent(share):
    return f"{100 * share:.1f} %"
