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
    name           size  on this machine  license    source
    bloodmnist       28  ...
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
        "--size", type=int, default=28, metavar="PIXELS", help="side of the images (default: 28)"
    )
    download.set_defaults(run=_download)

    verify = commands.add_parser("verify", help="check the files on this machine against their checksums")
    verify.set_defaults(run=_verify)


def _list(options):
    from .datasets import fetch, registry

    print(f"{'name':<14} {'size':>4}  {'on this machine':<16} {'license':<10} source")
    for record in registry.FILES.values():
        path = fetch.place(record)
        print(
            f"{record.dataset:<14} {record.size:>4}  {'yes' if path else 'no':<16} {record.license:<10} "
            f"{record.source}"
        )
    print(f"\nFiles are looked for {fetch.searched_places()}.")
    print("Without a file: simulated_cells, phase_cell, histology.")
    return 0


def _download(options):
    from .datasets import fetch
    from .datasets.load import record_of

    record = record_of(options.name, options.size)
    path = fetch.find_or_download(record)
    print(
        f"{record.name} is verified: {path}\n{record.source}. License: {record.license}. Cite: "
        f"{record.citation}"
    )
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
