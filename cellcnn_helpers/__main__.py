"""The command line of the course: ``cellcnn data list``, ``download``, ``verify``."""

import argparse
import sys


def main(arguments=None):
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        0 for success, 1 for a failure that the message explains. Wrong usage exits with 2.

    Examples
    --------
    >>> main(["data", "list"])
    name            size      MB  on this machine  license     source
    bloodmnist        28     ...
    0
    """
    parser = argparse.ArgumentParser(prog="cellcnn", description="Tools of the CellCNN course.")
    topics = parser.add_subparsers(title="topics", required=True, metavar="TOPIC")
    _add_data(topics)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except (OSError, ValueError) as error:
        print(f"cellcnn: {_message(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("cellcnn: stopped; nothing half-written was kept.", file=sys.stderr)
    return 1


def _add_data(topics):
    data = topics.add_parser("data", help="list, download and verify data sets")
    commands = data.add_subparsers(title="commands", required=True, metavar="COMMAND")

    listing = commands.add_parser("list", help="show the data sets, and which are on this machine")
    listing.set_defaults(run=_list)

    download = commands.add_parser("download", help="download a data set and verify it")
    download.add_argument(
        "name", metavar="NAME", help="a name from `cellcnn data list`, for example bloodmnist"
    )
    download.add_argument(
        "--size", type=int, metavar="PIXELS", help="side of the images, where there is a choice (default: 28)"
    )
    download.set_defaults(run=_download)

    verify = commands.add_parser("verify", help="check the files on this machine against their checksums")
    verify.set_defaults(run=_verify)


def _list(options):
    from .datasets import fetch, registry

    files = {}  # of one data set in one size
    for record in registry.FILES.values():
        files.setdefault((record.dataset, record.size), []).append(record)
    print(f"{'name':<15} {'size':>4} {'MB':>7}  {'on this machine':<16} {'license':<11} source")
    for (name, size), records in files.items():
        found = sum(fetch.place(record) is not None for record in records)
        state = "yes" if found == len(records) else f"{found} of {len(records)} files" if found else "no"
        num_bytes = [record.num_bytes for record in records]
        megabytes = "?" if None in num_bytes else f"{sum(num_bytes) / 1e6:.1f}"
        record = records[0]
        print(f"{name:<15} {size or '':>4} {megabytes:>7}  {state:<16} {record.license:<11} {record.source}")
    print(f"\nFiles are looked for {fetch.searched_places()}.")
    print("Without a file: simulated_cells, simulated_fields, phase_cell, histology, retina.")
    return 0


def _download(options):
    from .datasets import fetch
    from .datasets.load import records_of

    records = records_of(options.name, options.size)
    for record in records:
        print(f"{record.name} is verified: {fetch.find_or_download(record)}")
    record = records[0]
    print(f"{record.source}. License: {record.license}. Cite: {record.citation}")
    for problem in record.known_problems:
        print(f"Known: {problem}")
    return 0


def _verify(options):
    from .datasets import fetch, registry

    damaged, found = 0, 0
    for record in registry.FILES.values():
        try:
            path = fetch.find(record)
        except ValueError as error:
            damaged += 1
            print(f"damaged  {error}")
            continue
        if path is not None:
            found += 1
            print(f"good     {path}")
    print(f"{found} good, {damaged} damaged.")
    return 1 if damaged else 0


def _message(error):
    """The text of an error; an OSError carries its number too, which tells a reader nothing."""
    return (
        error.strerror if isinstance(error, OSError) and error.strerror and not error.filename else str(error)
    )


if __name__ == "__main__":
    sys.exit(main())
